//! The brief in English: one phrase a subject, in the order people say such things, then what stays open.

use super::{
    Speaker,
    slot::{Kind, Said, Slot},
    wording::{self, holds},
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

/// Values of the customer from which phrases say more than a quote.
const ENOUGH: usize = 3;
/// Most words of the quoted problem.
const PROBLEM: usize = 28;
/// Most words of another quote.
const QUOTE: usize = 18;
/// Fewest words worth quoting of what had to be cut.
const STUMP: usize = 7;

/// The text within a number of words.
pub(super) fn text(turns: &[Said<'_>], slots: &[Slot], limit: usize) -> String {
    let count = |text: &str| text.split_whitespace().count();
    let few = slots.iter().filter(|slot| slot.speaker == Speaker::Customer).count() < ENOUGH;
    // Few values: the customer's own words say more than we found.
    let problem = problem(turns).filter(|_| few).map(tidy).filter(|_| limit >= STUMP);
    let quoted = problem.as_deref().map(|problem| clip(problem, PROBLEM.min(limit - 1)));
    let lead = quoted.as_deref().map(|quoted| format!("Customer: {}", closed(quoted))).unwrap_or_default();
    let said = |value: &str| quoted.as_deref().is_some_and(|quoted| holds(quoted, value));
    let rest: Vec<&Slot> = slots.iter().filter(|slot| !said(&tidy(&slot.value))).collect();
    let mut body = String::new();
    for style in [Style::Full, Style::Terse, Style::Bare] {
        body = join(&lead, &phrases(&rest, style, quoted.is_some()));
        if count(&body) <= limit {
            break;
        }
    }
    for (label, said) in closing(turns, slots, quoted.as_deref()) {
        let said = tidy(said);
        let room = limit.saturating_sub(count(&body) + count(label));
        // A quote that has to be cut to a stump says nothing.
        if room >= count(&said) || room >= STUMP {
            body = join(&body, &format!("{label} {}", closed(&clip(&said, room.min(QUOTE)))));
        }
    }
    if count(&body) <= limit { body } else { clip(&body, limit) }
}

fn join(a: &str, b: &str) -> String {
    if a.is_empty() || b.is_empty() { format!("{a}{b}") } else { format!("{a} {b}") }
}

/// In quotation marks, with an end of its own.
fn closed(quote: &str) -> String {
    if quote.ends_with(['.', '?', '!', '…']) { format!("\"{quote}\"") } else { format!("\"{quote}.\"") }
}

/// The first words of a text, with an ellipsis where it was cut.
fn clip(text: &str, words: usize) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    if all.len() <= words {
        return all.join(" ");
    }
    let mut cut = all[..words].join(" ");
    cut.truncate(cut.trim_end_matches([',', '.', ';', ':', '(', '"']).len());
    cut + "…"
}

/// Texts out of tools that put spaces between all words, as people write them: `centre ?`, `I 'm`, `do n't`.
fn tidy(text: &str) -> String {
    const ENDS: &[&str] = &["'m", "'s", "'re", "'ve", "'ll", "'d", "n't", "'"];
    let mut tidied = String::new();
    for word in text.split_whitespace() {
        let low = word.to_lowercase();
        let joins = matches!(word, "." | "," | "?" | "!" | ";" | ":" | ")") || ENDS.contains(&low.as_str());
        if !tidied.is_empty() && !joins && !tidied.ends_with('(') {
            tidied.push(' ');
        }
        tidied.push_str(word);
    }
    tidied
}

/// Sentences that say something; a point inside a number ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut parts = wording::sentences(text, &['.', '?', '!'], &['\n']);
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
        "feel free",
        "contact us",
        "get back to us",
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

/// The open question of the customer or what it said last, and the last thing of substance that was told or asked.
fn closing<'a>(turns: &[Said<'a>], slots: &[Slot], quoted: Option<&str>) -> Vec<(&'static str, &'a str)> {
    let mut found = Vec::new();
    let lines = turns.iter().enumerate().rev().filter(|(_, turn)| turn.speaker == Speaker::Customer).take(3);
    let mut lines = lines.map(|(at, turn)| (at, sentences(turn.text).into_iter().filter(|s| !greeting(s)).collect()));
    if let Some((at, all)) = lines.find(|(_, all): &(usize, Vec<&str>)| !all.is_empty()) {
        let last = all.iter().rev().find(|s| s.ends_with('?')).or(all.last());
        let known = |said: &str| {
            quoted.is_some_and(|quoted| {
                quoted.trim_end_matches('…').contains(said) || said.contains(quoted.trim_end_matches('…'))
            })
        };
        // What stands above as values of that line is not said a second time.
        let shown = slots.iter().filter(|slot| slot.turn == at).count() > 1;
        if let Some(said) =
            last.filter(|said| !known(&tidy(said)) && (said.ends_with('?') || quoted.is_some() || !shown))
        {
            found.push((if said.ends_with('?') { "Now asks:" } else { "Said last:" }, *said));
        }
    }
    let echo = |s: &str| {
        let own = turns.iter().filter(|t| t.speaker == Speaker::Customer).map(|t| t.text.trim());
        own.filter(|own| !own.is_empty()).any(|own| s.contains(own) || own.contains(s))
    };
    let handed = |s: &str| slots.iter().any(|slot| slot.kind == Kind::Reference && holds(s, &slot.value));
    let said = turns.iter().rev().filter(|turn| turn.speaker != Speaker::Customer).take(2);
    let mut best = said.filter_map(|turn| {
        // What states something beats what asks; longer says more, up to a point.
        let weight = |s: &&str| s.len().min(90) + if s.ends_with('?') { 0 } else { 40 };
        sentences(turn.text).into_iter().filter(|s| !greeting(s) && !echo(s) && !handed(s)).max_by_key(weight)
    });
    if let Some(best) = best.next() {
        found.push((if best.ends_with('?') { "Was asked:" } else { "Was told:" }, best));
    }
    found
}

/// `Wants a hotel in the north; a train to Leeds.` Beside a quoted problem: `Also: order number 48213.`
fn phrases(slots: &[&Slot], style: Style, quoted: bool) -> String {
    let mut subjects: Vec<&'static str> = Vec::new();
    for slot in slots {
        if !subjects.contains(&slot.subject) {
            subjects.push(slot.subject);
        }
    }
    let parts: Vec<String> = subjects
        .iter()
        .map(|subject| {
            let own: Vec<&Slot> = slots.iter().filter(|slot| slot.subject == *subject).copied().collect();
            let named = if quoted { "" } else { *subject };
            phrase(named, &own, style, !quoted)
        })
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    let lead = match (quoted, slots.iter().any(|slot| slot.speaker == Speaker::Customer)) {
        (true, _) => "Also: ",
        (false, true) => "Wants ",
        (false, false) => "",
    };
    format!("{lead}{}.", parts.join("; "))
}

/// `cheap Indian restaurant "Golden Wok" in the centre on Thursday at 13:00 for 1 (ref. VC1IKXJ9)`.
fn phrase(subject: &str, slots: &[&Slot], style: Style, article: bool) -> String {
    let all = |kind: Kind| -> Vec<String> { slots.iter().filter(|s| s.kind == kind).map(|s| tidy(&s.value)).collect() };
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
    let names: Vec<String> = names.into_iter().rev().take(most).collect();
    let called = !names.is_empty();
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
    let nights = list(Kind::Nights);
    let alone = matches!(people.to_lowercase().as_str(), "1" | "one");
    // "for 5 people, 4 nights": nobody reads "5 4 nights".
    let comma = if people.is_empty() || nights.is_empty() { "" } else { "," };
    let after = match (style, alone) {
        (Style::Full | Style::Terse, true) => format!("person{comma}"),
        (Style::Full, false) => format!("people{comma}"),
        _ => String::new(),
    };
    let people = if after.is_empty() && !people.is_empty() { people + comma } else { people };
    let before = if people.is_empty() { "for" } else { "" };
    push("for", "for", people, &after);
    let unit = if matches!(nights.to_lowercase().as_str(), "1" | "one") { "night" } else { "nights" };
    push(before, before, nights, unit);
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
    if style == Style::Full && article { with_article(text, called) } else { text }
}

/// "a train from", "an expensive hotel", "the hotel Willow Lodge"; names and plurals go without.
fn with_article(text: String, called: bool) -> String {
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
                | "with"
                | "number"
                | "leaving"
                | "arriving"
                | "architecture"
                | "entertainment"
                | "the"
                | "today"
                | "tomorrow"
        );
    match (lower, called, head.starts_with(['a', 'e', 'i', 'o', 'u'])) {
        (true, true, _) => format!("the {text}"),
        (true, false, true) => format!("an {text}"),
        (true, false, false) => format!("a {text}"),
        (false, ..) => text,
    }
}
