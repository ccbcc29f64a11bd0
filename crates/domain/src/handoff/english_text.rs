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

fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['.', '?', '!', '\n'])
        .map(str::trim)
        .filter(|part| part.chars().filter(|c| c.is_alphabetic()).count() > 2)
        .collect()
}

fn greeting(text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    words.len() < 4
        || words.iter().all(|w| {
            matches!(
                w.as_str(),
                "hi" | "hello" | "thanks" | "thank" | "you" | "very" | "much" | "so" | "for" | "the" | "your" | "help"
            )
        })
}

/// The first sentence of the customer that says as much as any other, within its first lines.
fn problem<'a>(turns: &[Said<'a>]) -> Option<&'a str> {
    let lines = turns.iter().filter(|t| t.speaker == Speaker::Customer).take(4);
    let all: Vec<&str> = lines.flat_map(|t| sentences(t.text)).filter(|s| !greeting(s)).collect();
    let weight = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).count().min(120);
    let most = all.iter().map(|s| weight(s)).max()?;
    all.into_iter().find(|s| weight(s) * 3 >= most * 2)
}

/// The open question, and the last thing that was promised or offered.
fn closing<'a>(turns: &[Said<'a>]) -> Vec<(&'static str, &'a str)> {
    let mut found = Vec::new();
    let last = turns.len().saturating_sub(1);
    for (i, turn) in turns.iter().enumerate().rev().take(3) {
        let asked = sentences(turn.text).into_iter().rev().find(|s| s.ends_with('?') && !greeting(s));
        if turn.speaker == Speaker::Customer
            && found.is_empty()
            && let Some(asked) =
                asked.or_else(|| (i == last).then(|| sentences(turn.text).into_iter().next_back()).flatten())
        {
            found.push(("Now asks:", asked));
        }
    }
    let said = turns.iter().rev().find(|t| t.speaker != Speaker::Customer && !t.text.trim().is_empty());
    if let Some(best) = said.and_then(|said| {
        let all = sentences(said.text);
        let stock = |s: &&&str| !s.to_lowercase().contains("anything else") && !greeting(s);
        all.iter().filter(stock).max_by_key(|s| s.len().min(100)).copied()
    }) {
        found.push(("Last told:", best));
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
    push("", "", list(Kind::Rating), "star");
    push("", "", list(Kind::Price), "");
    push("", "", list(Kind::Dish), "");
    let sort = list(Kind::Sort);
    let named = !sort.is_empty();
    push("", "", if named { sort } else { subject.to_owned() }, "");
    let names = all(Kind::Name);
    let most = if style == Style::Bare { 1 } else { 3 };
    let names: Vec<&str> = names.into_iter().rev().take(most).collect();
    push("", "", names.join(", "), "");
    push("in the", "", list(Kind::Area), "");
    push("from", "from", list(Kind::From), "");
    push("to", "to", list(Kind::To), "");
    push("on", "", list(Kind::Day), "");
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
    words.join(" ")
}
