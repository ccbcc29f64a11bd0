//! The brief in English: one phrase a subject, in the order people say such things, then what stays open.

use super::{
    Speaker,
    slot::{Kind, Said, Slot},
};

/// How much a phrase says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    /// With its prepositions.
    Full,
    /// Values with the fewest words that keep them readable.
    Terse,
    /// Without what the conversation can do without.
    Bare,
}

/// The text within a number of words.
pub(super) fn text(turns: &[Said<'_>], slots: &[Slot], limit: usize) -> String {
    let count = |text: &str| text.split_whitespace().count();
    let mut body = String::new();
    for style in [Style::Full, Style::Terse, Style::Bare] {
        body = phrases(slots, style);
        if count(&body) <= limit {
            break;
        }
    }
    // Few values: the customer's own words say more than we found.
    if slots.iter().filter(|slot| slot.speaker == Speaker::Customer).count() < 3
        && let Some(problem) = problem(turns)
    {
        let room = limit.saturating_sub(count(&body) + 2).min(28);
        if room >= 4 {
            body = join(&format!("Customer: \"{}\".", clip(problem, room)), &body);
        }
    }
    for (label, said) in closing(turns) {
        let room = limit.saturating_sub(count(&body) + count(label));
        let length = count(said);
        // A quote that has to be cut to a stump says nothing.
        if room >= length || room >= 7 {
            body = join(&body, &format!("{label} \"{}\".", clip(said, room.min(18))));
        }
    }
    clip(&body, limit)
}

fn join(a: &str, b: &str) -> String {
    if a.is_empty() || b.is_empty() { format!("{a}{b}") } else { format!("{a} {b}") }
}

/// The first words of a text, with an ellipsis where it was cut.
fn clip(text: &str, words: usize) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    if all.len() <= words {
        return all.join(" ").trim_end_matches(['.', ',']).to_owned()
            + if text.ends_with('.') && !text.ends_with("\".") { "." } else { end(text) };
    }
    let mut cut = all[..words].join(" ");
    cut.truncate(cut.trim_end_matches([',', '.', ';', ':', '(']).len());
    cut + "…"
}

fn end(text: &str) -> &str {
    if text.ends_with("\".") { "." } else { "" }
}

/// Sentences; a point inside a number ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let closes =
            c == '\n' || (matches!(c, '.' | '?' | '!') && text[end..].chars().next().is_none_or(char::is_whitespace));
        if closes {
            parts.push(text[start..end].trim());
            start = end;
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| part.chars().filter(|c| c.is_alphabetic()).count() > 2);
    parts
}

/// Thanks, greetings and other courtesies: nothing to read in a brief.
fn greeting(text: &str) -> bool {
    const STOCK: &[&str] = &[
        "thank",
        "anything else",
        "glad",
        "have a great",
        "have a good",
        "have a nice",
        "have a wonderful",
        "your needs",
        "welcome",
        "that will be all",
        "that is all",
        "that 's all",
        "that's all",
        "help you with",
        "assist you",
        "good day",
        "great day",
        "my pleasure",
        "good bye",
        "goodbye",
        "enjoy your",
    ];
    let low = text.to_lowercase();
    let words = text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    words < 4
        || (words < 16 && !low.bytes().any(|b| b.is_ascii_digit()) && STOCK.iter().any(|stock| low.contains(stock)))
}

/// The first sentence of the customer that says as much as any other, within its first lines.
fn problem<'a>(turns: &[Said<'a>]) -> Option<&'a str> {
    let lines = turns.iter().filter(|t| t.speaker == Speaker::Customer).take(4);
    let all: Vec<&str> = lines.flat_map(|t| sentences(t.text)).filter(|s| !greeting(s)).collect();
    let weight = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).count().min(120);
    let most = all.iter().map(|s| weight(s)).max()?;
    all.into_iter().find(|s| weight(s) * 3 >= most * 2)
}

/// The open question of the customer, and the last thing of substance that was told or asked.
fn closing<'a>(turns: &[Said<'a>]) -> Vec<(&'static str, &'a str)> {
    let mut found = Vec::new();
    if let Some(turn) = turns.iter().rev().find(|turn| turn.speaker == Speaker::Customer) {
        let all: Vec<&str> = sentences(turn.text).into_iter().filter(|s| !greeting(s)).collect();
        let asked = all.iter().rev().find(|s| s.ends_with('?'));
        if let Some(asked) = asked {
            found.push(("Now asks:", *asked));
        } else if let Some(last) = all.last() {
            found.push(("Said last:", *last));
        }
    }
    let said = turns.iter().rev().filter(|turn| turn.speaker != Speaker::Customer).take(2);
    let mut best = said.filter_map(|turn| {
        // What states something beats what asks; longer says more, up to a point.
        let weight = |s: &&str| s.len().min(90) + if s.ends_with('?') { 0 } else { 40 };
        sentences(turn.text).into_iter().filter(|s| !greeting(s)).max_by_key(weight)
    });
    if let Some(best) = best.next() {
        found.push((if best.ends_with('?') { "Was asked:" } else { "Was told:" }, best));
    }
    found
}

fn phrases(slots: &[Slot], style: Style) -> String {
    let mut subjects: Vec<&'static str> = Vec::new();
    for slot in slots {
        if !subjects.contains(&slot.subject) {
            subjects.push(slot.subject);
        }
    }
    let parts: Vec<String> = subjects
        .iter()
        .map(|subject| {
            let own: Vec<&Slot> = slots.iter().filter(|slot| slot.subject == *subject).collect();
            phrase(subject, &own, style)
        })
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    let lead = if slots.iter().any(|slot| slot.speaker == Speaker::Customer) { "Wants " } else { "" };
    format!("{lead}{}.", parts.join("; "))
}

/// `cheap Indian restaurant "Golden Wok" in the centre on Thursday at 13:00 for 1 (ref. VC1IKXJ9)`.
fn phrase(subject: &str, slots: &[&Slot], style: Style) -> String {
    let all = |kind: Kind| -> Vec<&str> { slots.iter().filter(|s| s.kind == kind).map(|s| s.value.as_str()).collect() };
    let list = |kind: Kind| all(kind).join(" or ");
    let mut words: Vec<String> = Vec::new();
    let mut push = |before: &str, terse: &str, value: String, after: &str| {
        if !value.is_empty() {
            let before = if style == Style::Full { before } else { terse };
            words.push([before, &value, after].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" "));
        }
    };
    let rating = list(Kind::Rating);
    let unit = if rating.contains("star") { "" } else { "star" };
    push("", "", rating, unit);
    push("", "", list(Kind::Price), "");
    push("", "", list(Kind::Dish), "");
    let own = all(Kind::Name).iter().map(|n| n.to_lowercase()).collect::<Vec<_>>().join(" ");
    let sorts = all(Kind::Sort);
    let named = sorts.iter().any(|sort| own.contains(&sort.to_lowercase()));
    let sort = if named { String::new() } else { sorts.join(" or ") };
    let named = named || !sort.is_empty() || own.contains(subject) && !subject.is_empty();
    push("", "", if named { sort } else { subject.to_owned() }, "");
    let names = all(Kind::Name);
    let most = if style == Style::Bare { 1 } else { 3 };
    let names: Vec<&str> = names.into_iter().rev().take(most).collect();
    push("", "", names.join(", "), "");
    push("in the", "", list(Kind::Area), "");
    push("from", "from", list(Kind::From), "");
    push("to", "to", list(Kind::To), "");
    let day = list(Kind::Day);
    let bare = day.is_empty() || day.starts_with("to") || day.contains(char::is_whitespace);
    push(if bare { "" } else { "on" }, "", day, "");
    push("at", "", list(Kind::Time), "");
    push("leaving", "leaving", list(Kind::Leave), "");
    push("arriving by", "arriving", list(Kind::Arrive), "");
    let people = list(Kind::People);
    let after = if style == Style::Full { "people" } else { "" };
    push("for", "for", people.clone(), if people == "1" { "" } else { after });
    let nights = list(Kind::Nights);
    let unit = if nights == "1" { "night" } else { "nights" };
    push("", "", nights, unit);
    if style != Style::Bare {
        push("with", "with", all(Kind::Feature).join(", "), "");
        push("number", "no.", all(Kind::Number).join(", "), "");
        push("", "", all(Kind::Email).join(", "), "");
    }
    let references = all(Kind::Reference);
    if !references.is_empty() {
        push("(ref.", "(ref.", format!("{})", references.join(", ")), "");
    }
    let text = words.join(" ");
    // "a train from", "an expensive hotel"; names, plurals and the short styles go without.
    let head = text.split_whitespace().next().unwrap_or("");
    let lower = head.starts_with(|c: char| c.is_lowercase())
        && !head.ends_with('s')
        && !matches!(
            head,
            "food"
                | "from"
                | "to"
                | "in"
                | "on"
                | "at"
                | "for"
                | "architecture"
                | "entertainment"
                | "the"
                | "today"
                | "tomorrow"
        );
    match (style == Style::Full && lower, head.starts_with(['a', 'e', 'i', 'o', 'u'])) {
        (true, true) => format!("an {text}"),
        (true, false) => format!("a {text}"),
        _ => text,
    }
}
