//! The brief in Chinese: what was wanted and told, by subject, within a number of characters.

use super::{
    Speaker,
    slot::{Kind, Said, Slot},
};
use std::collections::HashSet;

/// Characters a value costs beside its own: a comma and sometimes a label.
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
    let own_words = slots.iter().filter(|slot| slot.speaker == Speaker::Customer).count() < 2;
    for (lead, quote) in quotes(turns, own_words) {
        let room = limit.saturating_sub(best.chars().count() + lead.chars().count());
        let length = quote.chars().count();
        if length > 0 && (room >= length || room >= 16) {
            let cut: String =
                if length <= room { quote.to_owned() } else { quote.chars().take(room - 1).chain(['…']).collect() };
            best = format!("{best}{lead}{cut}");
        }
    }
    best
}

fn quotes<'a>(turns: &[Said<'a>], own_words: bool) -> Vec<(&'static str, &'a str)> {
    let mut found = Vec::new();
    let customer = || turns.iter().filter(|turn| turn.speaker == Speaker::Customer);
    if own_words && let Some(first) = customer().max_by_key(|turn| turn.text.chars().count().min(30)) {
        found.push(("客户：", first.text.trim()));
    }
    let last = customer().next_back().map(|turn| turn.text);
    let question = last.and_then(|text| {
        text.split_inclusive(['。', '，', '？', '！', '?']).rev().find(|part| part.ends_with(['？', '?']))
    });
    if let Some(question) = question.filter(|q| !found.iter().any(|(_, quote)| quote.contains(q.trim()))) {
        found.push(("现问：", question.trim()));
    }
    found
}

fn render(slots: &[Slot], shown: &HashSet<usize>) -> String {
    let mut subjects: Vec<&str> = Vec::new();
    for (i, slot) in slots.iter().enumerate() {
        if shown.contains(&i) && !subjects.contains(&slot.subject) {
            subjects.push(slot.subject);
        }
    }
    let mut text = String::new();
    for subject in subjects {
        if !subject.is_empty() {
            text.push_str(subject);
            text.push('：');
        }
        let mut first = true;
        for (_, slot) in slots.iter().enumerate().filter(|(i, slot)| shown.contains(i) && slot.subject == subject) {
            if !first {
                text.push('，');
            }
            first = false;
            text.push_str(label(slot));
            text.push_str(&slot.value);
        }
        text.push('。');
    }
    text
}
