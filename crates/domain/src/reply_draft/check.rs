//! What of a model's answer may be shown. A sentence is compared with two neighbouring sentences of what it cites at a time,
//! so that nothing is put together from here and there.

use super::{
    Draft, Sentence, Sheet, Shown, Source, Voice,
    lexicon::{CHECKS, COURTESIES, DONE, GREETINGS, NOTED, OFFERS, REQUESTS, SECRETS, TITLES, TOLD, YOURS, has},
    said::Said,
};
use crate::{
    assistant::names_address_beside,
    handoff::{Useless, asks, commits, promises, sentences, steers},
};
use serde::Deserialize;
use std::{collections::BTreeSet, sync::LazyLock};

/// Most sentences that are looked at, and the longest one, in characters.
const MOST: usize = 16;
const LONGEST: usize = 400;

#[derive(Deserialize)]
struct Answer {
    sentences: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    text: String,
    #[serde(default)]
    sources: Vec<String>,
}

/// The words of all courtesies.
static COURTEOUS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| COURTESIES.iter().flat_map(|phrase| Said::of(phrase).words).collect());

/// A sentence of a source.
struct Witness {
    said: Said,
    /// It asks or tells what was asked: it states nothing.
    asks: bool,
}

/// What one source holds. Where it begins to address a model, the rest of its line holds nothing; a message of a customer
/// that does so holds nothing at all.
fn witnesses(shown: &Shown) -> Vec<Witness> {
    if shown.voice == Voice::Customer && steers(&shown.text) {
        return Vec::new();
    }
    let lines = shown.text.lines();
    let held = lines.flat_map(|line| sentences(line).into_iter().take_while(|sentence| !steers(sentence)));
    held.map(|sentence| Witness { said: Said::of(sentence), asks: asks(sentence) }).collect()
}

/// Whether two neighbouring sentences hold a claim; `beside` are words that the customer's own lines hold.
fn borne_out(
    claim: &Said,
    free: &BTreeSet<String>,
    pair: &[Witness],
    beside: &BTreeSet<String>,
    may_ask: bool,
) -> bool {
    let pair: Vec<&Witness> = pair.iter().filter(|one| may_ask || !one.asks).collect();
    let words: BTreeSet<&String> = pair.iter().flat_map(|one| &one.said.words).collect();
    let values: BTreeSet<&String> = pair.iter().flat_map(|one| &one.said.values).collect();
    if !claim.values.iter().all(|value| values.contains(value) || free.contains(value)) {
        return false;
    }
    let stated = stated(claim);
    let here = stated.iter().filter(|word| words.contains(*word)).count();
    let held = stated.iter().filter(|word| words.contains(*word) || beside.contains(**word)).count();
    // What the nearest sentence denies, the claim denies too, and the other way round.
    let shares = |one: &&Witness| stated.iter().filter(|word| one.said.words.contains(**word)).count();
    let most = pair.iter().map(shares).max().unwrap_or(0);
    let agrees = pair.iter().any(|one| shares(one) == most && one.said.denies == claim.denies);
    agrees && here > 0 && here * 5 >= stated.len() * 2 && held * 5 >= stated.len() * 3
}

/// What a sentence says one after the other: each part is held by itself, so that none rides on another.
fn clauses(text: &str) -> Vec<String> {
    let mut apart = text.replace(['，', '；', '—'], "\n");
    for joint in [", ", "; ", ": ", " and ", " but ", " while ", " und ", " et ", " y ", "并且", "而且", "但"] {
        apart = apart.replace(joint, "\n");
    }
    apart.lines().map(str::to_owned).collect()
}

/// Words of a claim beside those of courtesies.
fn stated(claim: &Said) -> Vec<&String> {
    claim.words.iter().filter(|word| !COURTEOUS.contains(*word)).collect()
}

/// Whether what a sentence cites holds it.
fn grounded(text: &str, cited: &[&Shown]) -> bool {
    let low = text.to_lowercase().replace('’', "'");
    let claims: Vec<Said> = clauses(text).iter().map(|clause| Said::of(clause)).collect();
    let company = |one: &&&Shown| one.voice != Voice::Customer;
    if names_address_beside(text, cited.iter().filter(company).map(|one| one.text.as_str())) {
        return false;
    }
    // Repeating what the customer told is no offer, as long as it is all that the sentence does.
    let told =
        has(&low, TOLD) && !text.contains([',', ';', '，', '；']) && !low.contains(" and ") && !low.contains('并');
    let binding = commits(&low) || promises(text) || has(&low, SECRETS) || (has(&low, OFFERS) && !told);
    let done = has(&low, DONE);
    let may = |one: &&&Shown| match one.voice {
        Voice::Company => true,
        // What holds for everybody says nothing of what was done for this customer.
        Voice::Published => !done,
        Voice::Customer => !binding && !done && (told || has(&format!(" {low}"), YOURS)),
    };
    let customers: Vec<Witness> =
        cited.iter().filter(|one| one.voice == Voice::Customer).flat_map(|one| witnesses(one)).collect();
    let beside: BTreeSet<String> = customers.iter().flat_map(|one| one.said.words.iter().cloned()).collect();
    let named: BTreeSet<String> = customers.iter().flat_map(|one| one.said.values.iter().cloned()).collect();
    let sources: Vec<Vec<Witness>> = cited.iter().filter(may).map(|one| witnesses(one)).collect();
    let held = |claim: &Said| {
        // The customer's own order number may stand in a sentence that the company's words hold.
        let free: BTreeSet<String> = claim.references.intersection(&named).cloned().collect();
        let pairs = sources.iter().flat_map(|all| all.windows(2.min(all.len()).max(1)));
        pairs.into_iter().any(|pair| borne_out(claim, &free, pair, &beside, told))
    };
    // "Hello Ida", "in this case": a word alone states nothing.
    let empty = |claim: &Said| claim.values.is_empty() && stated(claim).len() < 2;
    claims.iter().any(held) && claims.iter().all(|claim| empty(claim) || held(claim))
}

/// Whether a sentence states nothing: a greeting, thanks, an apology, or a question about what the customer knows. It may
/// use the words of what the customer told.
fn free(text: &str, customer: &BTreeSet<String>) -> bool {
    let mut low = text.to_lowercase().replace('’', "'");
    let asked = asks(text) || (has(&low, REQUESTS) && !has(&low, NOTED));
    for check in CHECKS {
        low = low.replace(check, "");
    }
    let said = Said::of(text);
    let states = !said.values.is_empty()
        || commits(&low)
        || (promises(text) && !asked)
        || has(&format!(" {low} "), SECRETS)
        || has(&low, OFFERS)
        || has(&low, DONE)
        || names_address_beside(text, std::iter::empty());
    if states {
        return false;
    }
    let courteous = said.words.iter().filter(|word| COURTEOUS.contains(*word)).count();
    let known = said.words.iter().filter(|word| COURTEOUS.contains(*word) || customer.contains(*word)).count();
    // "Hello Ida", "您好，张女士": a name may stand in a greeting.
    let names: BTreeSet<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.starts_with(char::is_uppercase))
        .flat_map(|word| Said::of(word).words)
        .collect();
    let mut unknown = said.words.iter().filter(|word| !COURTEOUS.contains(*word) && !customer.contains(*word));
    let named = unknown.all(|word| names.contains(word)) || has(text, TITLES);
    let greets = named && said.words.len() < 6 && GREETINGS.iter().any(|word| low.starts_with(word));
    asked || greets || (known * 5 >= said.words.len() * 4 && courteous * 4 >= said.words.len())
}

/// A text on one line, without marks and what does not print.
fn clean(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|c| !c.is_control());
    // Marks that the model wrote into the sentence as well.
    while let Some(open) = line.rfind('[') {
        let Some(close) = line[open..].find(']').map(|at| open + at) else { break };
        let mark = line[open + 1..close].split([',', ' ']).filter(|part| !part.is_empty()).all(|part| {
            part.len() <= 4
                && part.starts_with(['M', 'K', 'F', 'W'])
                && part.chars().skip(1).all(|c| c.is_ascii_digit())
        });
        if !mark {
            break;
        }
        line.replace_range(open..=close, "");
    }
    line.replace(" .", ".").replace(" ,", ",").trim().to_owned()
}

impl Sheet {
    fn cited(&self, marks: &[String]) -> Vec<usize> {
        let place = |mark: &String| self.shown.iter().position(|one| one.mark.eq_ignore_ascii_case(mark.trim()));
        let mut places: Vec<usize> = marks.iter().filter_map(place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// What of an answer is held by what it cites. An answer of which only courtesies are left is of no use.
    pub fn checked(&self, answer: &str) -> Result<Draft, Useless> {
        let bare = answer.trim().trim_start_matches("```json").trim_matches('`').trim();
        let answer: Answer = serde_json::from_str(bare).map_err(|_| Useless::Format)?;
        let customers = self.shown.iter().filter(|one| one.voice == Voice::Customer);
        let customer: BTreeSet<String> =
            customers.flat_map(witnesses).filter(|one| !one.asks).flat_map(|one| one.said.words).collect();
        let mut draft = Draft::default();
        let mut useful = false;
        for claim in answer.sentences.into_iter().take(MOST) {
            let places = self.cited(&claim.sources);
            let cited: Vec<&Shown> = places.iter().map(|place| &self.shown[*place]).collect();
            for text in sentences(&clean(&claim.text)) {
                let short = text.chars().count() <= LONGEST && !steers(text);
                let grounded = short && !cited.is_empty() && grounded(text, &cited);
                let courteous = short && !grounded && free(text, &customer);
                if !grounded && !courteous {
                    draft.dropped += 1;
                    continue;
                }
                useful |= grounded || asks(text) || has(&text.to_lowercase(), REQUESTS);
                let sources = if grounded { self.named(&places, &mut draft.sources) } else { Vec::new() };
                draft.sentences.push(Sentence { text: text.to_owned(), sources });
            }
        }
        if useful { Ok(draft) } else { Err(Useless::Unsupported) }
    }

    /// Places of sources in the draft, where each stands once.
    fn named(&self, places: &[usize], list: &mut Vec<Source>) -> Vec<usize> {
        let mut found = Vec::new();
        for place in places {
            let source = &self.shown[*place].is;
            let at = list.iter().position(|one| one == source).unwrap_or_else(|| {
                list.push(source.clone());
                list.len() - 1
            });
            if !found.contains(&at) {
                found.push(at);
            }
        }
        found
    }
}
