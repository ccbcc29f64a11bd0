//! The brief in Chinese: what was wanted and told, by subject, within a number of characters.

use super::{
    Speaker,
    slot::{Kind, Said, Slot},
};
use std::collections::HashSet;

/// What a value is called; empty where it speaks for itself.
fn label(slot: &Slot) -> &'static str {
    let told = slot.speaker != Speaker::Customer;
    match (slot.kind, told) {
        (Kind::Name, true) => "荐",
        (Kind::Phone, _) => "电话",
        (Kind::Address, _) => "址",
        (Kind::Hours, _) => "营业",
        (Kind::Rating, true) => "评",
        (Kind::Price, true) => "价",
        (Kind::Price, false) if slot.subject == "餐馆" => "人均",
        (Kind::Dish, false) => "吃",
        (Kind::Reference, _) => "单号",
        (Kind::From, _) => "从",
        (Kind::To, _) => "到",
        _ => "",
    }
}

/// What goes in first: what the customer said, then what is short; long answers come last.
fn rank(slot: &Slot) -> usize {
    let told = slot.speaker != Speaker::Customer;
    let kind = match slot.kind {
        Kind::Reference => 0,
        Kind::Address | Kind::Hours => 40,
        Kind::Phone => 26,
        Kind::Dish if told => 20,
        Kind::Name if told => 12,
        _ if told => 14,
        _ => 2,
    };
    kind + slot.value.chars().count()
}

/// The text within a number of characters.
pub(super) fn text(turns: &[Said<'_>], slots: &[Slot], limit: usize) -> String {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|i| (rank(&slots[*i]), *i));
    let mut shown: HashSet<usize> = HashSet::new();
    let mut best = String::new();
    // First every value once, then again where another subject shares it.
    for again in [false, true] {
        for &i in &order {
            let known = shown.iter().any(|&k| slots[k].value.contains(&slots[i].value));
            let same =
                shown.iter().any(|&k| slots[k].value.contains(&slots[i].value) && slots[k].subject == slots[i].subject);
            if same || (known && !again) || shown.contains(&i) {
                continue;
            }
            shown.insert(i);
            let longer = render(slots, &shown);
            if longer.chars().count() > limit {
                shown.remove(&i);
            } else {
                best = longer;
            }
        }
    }
    // What is no wish for a place is told best in the customer's own words.
    let wishes = slots.iter().filter(|slot| wish(slot)).count();
    for (lead, quote) in quotes(turns, wishes < 2) {
        let room = limit.saturating_sub(best.chars().count() + lead.chars().count() + 1);
        let length = quote.chars().count();
        if length > 0 && (room >= length || room >= 16) {
            let cut: String =
                if length <= room { quote.to_owned() } else { quote.chars().take(room - 1).chain(['…']).collect() };
            let end = if cut.ends_with(['。', '？', '！', '?', '!', '…']) { "" } else { "。" };
            let said = format!("{lead}{cut}{end}");
            best = if lead == PROBLEM { format!("{said}{best}") } else { format!("{best}{said}") };
        }
    }
    best
}

const PROBLEM: &str = "客户：";

/// Whether a value is a wish of the customer for a place to go to.
fn wish(slot: &Slot) -> bool {
    slot.speaker == Speaker::Customer
        && matches!(slot.subject, "酒店" | "餐馆" | "景点")
        && !matches!(slot.kind, Kind::From | Kind::To | Kind::Phone | Kind::Reference | Kind::Email | Kind::Vehicle)
}

/// Sentences with their ends.
fn sentences(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split_inclusive(['。', '？', '！', '?', '!', '；', '\n']).map(str::trim).filter(|part| letters(part) > 3)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn greeting(text: &str) -> bool {
    const STOCK: &[&str] = &["谢谢", "不客气", "再见", "祝您", "祝你", "还有什么", "很高兴", "您好", "你好", "好的"];
    letters(text) < 12 && STOCK.iter().any(|stock| text.contains(stock)) && !text.ends_with(['？', '?'])
}

fn quotes<'a>(turns: &[Said<'a>], own_words: bool) -> Vec<(&'static str, &'a str)> {
    let mut found: Vec<(&'static str, &'a str)> = Vec::new();
    let customer = || turns.iter().filter(|turn| turn.speaker == Speaker::Customer);
    let last = customer().next_back().map(|turn| turn.text);
    let question = last.and_then(|text| {
        text.split_inclusive(['。', '，', '？', '！', '?']).rev().find(|part| part.ends_with(['？', '?']))
    });
    if own_words {
        // The first sentence that says as much as any other: people state their problem once, early.
        let all = || customer().take(4).flat_map(|turn| sentences(turn.text)).filter(|s| !greeting(s));
        let most = all().map(|s| letters(s).min(40)).max().unwrap_or(0);
        if let Some(problem) = all().find(|s| letters(s) * 3 >= most * 2) {
            found.push((PROBLEM, problem));
        }
    }
    let told = |found: &[(&str, &str)], said: &str| found.iter().any(|(_, quote)| quote.contains(said.trim()));
    if let Some(question) = question.filter(|question| !told(&found, question)) {
        found.push(("现问：", question.trim()));
    } else if own_words
        && let Some(said) = last.and_then(|text| sentences(text).rfind(|s| !greeting(s) && !told(&found, s)))
    {
        found.push(("最后说：", said));
    }
    if own_words {
        let mut answers = turns.iter().rev().filter(|turn| turn.speaker != Speaker::Customer).take(2);
        if let Some(answer) = answers.find_map(|turn| sentences(turn.text).rfind(|s| !greeting(s))) {
            found.push((if answer.ends_with(['？', '?']) { "已问：" } else { "已答：" }, answer));
        }
    }
    found
}

/// `餐馆：要人均50-100元、4分以上；荐外婆家，评4.6分。`
fn render(slots: &[Slot], shown: &HashSet<usize>) -> String {
    let mut subjects: Vec<&str> = Vec::new();
    for (i, slot) in slots.iter().enumerate() {
        if shown.contains(&i) && !subjects.contains(&slot.subject) {
            subjects.push(slot.subject);
        }
    }
    let mut text = String::new();
    for subject in subjects {
        let own = || {
            slots.iter().enumerate().filter(|(i, slot)| shown.contains(i) && slot.subject == subject).map(|(_, s)| s)
        };
        if !subject.is_empty() {
            text.push_str(subject);
            text.push('：');
        }
        let mut wanted = false;
        for slot in own().filter(|slot| wish(slot)) {
            text.push_str(if wanted { "、" } else { "要" });
            text.push_str(label(slot));
            text.push_str(&slot.value);
            wanted = true;
        }
        let mut before: Option<&str> = None;
        for slot in own().filter(|slot| !wish(slot)) {
            let label = label(slot);
            match before {
                None if wanted => text.push('；'),
                None => {}
                // "荐A、B"
                Some(last) if last == label && !label.is_empty() => text.push('、'),
                Some(_) => text.push('，'),
            }
            if before != Some(label) {
                text.push_str(label);
            }
            text.push_str(&slot.value);
            before = Some(label);
        }
        text.push('。');
    }
    text
}
