//! Values in English dialogues: what the customer asked for, and the references that were handed out.
//!
//! Rules over words, no model: each value is taken as it was said, so that it can be shown with the line it stands in.

use super::{
    Speaker,
    english_words::{
        is_area, is_count, is_day, is_month, is_number_word, is_price, is_reference, is_sort, is_stop, is_time, subject,
    },
    slot::{Kind, Said, Slot, put},
    tokens::{Token, tokens},
};

/// Longest name or place, in words.
const NAME: usize = 8;

/// All slots of a dialogue in the order they were said, later values in place of those they supersede.
pub(super) fn slots(turns: &[Said<'_>]) -> Vec<Slot> {
    let mut found = Vec::new();
    let mut running = "";
    let mut names: Vec<String> = Vec::new();
    for (turn, said) in turns.iter().enumerate() {
        let words = tokens(said.text);
        let line = Line { text: said.text, words: &words, subjects: subjects(&words), running };
        let mut taken = Vec::new();
        if said.speaker == Speaker::Customer {
            line.customer(&names, &mut taken);
        } else {
            line.others(&mut taken);
            names.extend(line.capitals().into_iter().map(|(from, to)| line.slice(from, to).to_lowercase()));
        }
        for (at, kind, value) in taken {
            let subject = line.subject_at(at, kind);
            put(&mut found, Slot { subject, kind, value, turn, speaker: said.speaker });
        }
        if let Some((_, last)) = line.subjects.last() {
            running = last;
        }
    }
    adopt(&mut found);
    found
}

/// Gives values said before anything was named to what was named next.
fn adopt(found: &mut [Slot]) {
    let mut next = "";
    for slot in found.iter_mut().rev() {
        if slot.subject.is_empty() && slot.kind != Kind::Reference {
            slot.subject = next;
        } else {
            next = slot.subject;
        }
    }
}

/// Where the line names what it is about: (word, subject). A noun after "from the" or "to the" names a place.
fn subjects(words: &[Token<'_>]) -> Vec<(usize, &'static str)> {
    let low = |i: usize| words.get(i).map_or("", |t| t.low.as_str());
    let mut found = Vec::new();
    for i in 0..words.len() {
        let named = match low(i) {
            "guest" if low(i + 1).starts_with("house") => Some("hotel"),
            "stay" if matches!(low(i.wrapping_sub(1)), "to") => Some("hotel"),
            "places" | "place" if matches!(low(i + 2), "go" | "visit" | "see") => Some("attraction"),
            word => subject(word).filter(|subject| !subject.is_empty()),
        };
        let place = i >= 2 && low(i - 1) == "the" && matches!(low(i - 2), "from" | "to" | "leave" | "at" | "between");
        if let Some(subject) = named
            && (!place || found.is_empty())
        {
            found.push((i, subject));
        }
    }
    found
}

struct Line<'a> {
    text: &'a str,
    words: &'a [Token<'a>],
    subjects: Vec<(usize, &'static str)>,
    running: &'static str,
}

type Taken = Vec<(usize, Kind, String)>;

impl Line<'_> {
    fn low(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |t| t.low.as_str())
    }

    fn before(&self, at: usize, by: usize) -> &str {
        at.checked_sub(by).map_or("", |i| self.low(i))
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        match (self.words.get(from), self.words.get(to.saturating_sub(1))) {
            (Some(first), Some(last)) if first.start < last.end => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// What a value at a word belongs to: a noun right behind it, else the nearest before it, else the next one of
    /// the sentence, else what the talk was about.
    fn subject_at(&self, at: usize, kind: Kind) -> &'static str {
        let sentence = self.words.get(at).map_or(0, |t| t.sentence);
        let here: Vec<_> = self.subjects.iter().filter(|(i, _)| self.words[*i].sentence == sentence).collect();
        let behind = here.iter().find(|(i, _)| *i >= at && *i <= at + 3);
        let nearest = here.iter().rev().find(|(i, _)| *i < at);
        let earlier = || self.subjects.iter().rev().find(|(i, _)| *i < at).map(|(_, s)| *s);
        let found =
            behind.or(nearest).or_else(|| here.first()).map(|(_, s)| *s).or_else(earlier).unwrap_or(self.running);
        match kind {
            Kind::Nights => "hotel",
            Kind::From | Kind::To | Kind::Leave | Kind::Arrive
                if !matches!(found, "train" | "taxi" | "flight" | "bus") =>
            {
                let travels = |s: &&str| matches!(*s, "train" | "taxi" | "flight" | "bus");
                let in_line = self.subjects.iter().map(|(_, s)| *s).find(travels);
                in_line.unwrap_or(if travels(&self.running) { self.running } else { found })
            }
            _ => found,
        }
    }

    /// The only word of its sentence, or one before words in lower case that are no sentence: an answer.
    fn alone(&self, i: usize) -> bool {
        let sentence = self.words[i].sentence;
        let all: Vec<&str> = self.words.iter().filter(|t| t.sentence == sentence).map(|t| t.low.as_str()).collect();
        all.len() <= 3 && !all.iter().any(|word| is_stop(word) || verbal(word) || is_count(word))
    }

    fn negated(&self, at: usize) -> bool {
        (1..=3).any(|by| {
            let word = self.before(at, by);
            matches!(word, "not" | "without" | "n't" | "isn't" | "don't") && self.same_clause(at - by, at)
        })
    }

    fn same_clause(&self, a: usize, b: usize) -> bool {
        match (self.words.get(a), self.words.get(b)) {
            (Some(a), Some(b)) => a.clause == b.clause,
            _ => false,
        }
    }

    fn customer(&self, names: &[String], taken: &mut Taken) {
        let mut i = 0;
        while i < self.words.len() {
            i += self.value(i, taken).max(1);
        }
        self.names(names, taken);
    }

    /// References that a bot or an agent handed out.
    fn others(&self, taken: &mut Taken) {
        for (i, word) in self.words.iter().enumerate() {
            let near = (1..=6).any(|by| {
                matches!(
                    self.before(i, by),
                    "reference" | "confirmation" | "booking" | "order" | "case" | "ticket" | "ref"
                )
            });
            let mixed = word.digits() && word.raw.bytes().any(|b| b.is_ascii_uppercase());
            if (is_reference(word.raw) && (near || (mixed && word.raw.len() >= 8)))
                || (near && word.raw.len() >= 6 && word.digits() && word.raw.bytes().all(|b| b.is_ascii_alphanumeric()))
            {
                taken.push((i, Kind::Reference, word.raw.to_owned()));
            }
        }
    }

    /// Takes the value that starts at a word; gives the words used.
    fn value(&self, i: usize, taken: &mut Taken) -> usize {
        let word = self.low(i);
        let next = self.low(i + 1);
        let mut take = |kind: Kind, from: usize, to: usize| {
            taken.push((from, kind, self.slice(from, to).to_owned()));
            to.saturating_sub(i)
        };
        if self.negated(i) && !is_count(word) {
            return 1;
        }
        if word.contains('@') && word.contains('.') {
            return take(Kind::Email, i, i + 1);
        }
        if word.starts_with(['$', '€', '£', '¥', '￥']) && self.words[i].digits() {
            return take(Kind::Price, i, i + 1);
        }
        if word == "today" && self.courtesy(i) {
            return 1;
        }
        if is_day(word) {
            return take(Kind::Day, i, i + 1);
        }
        if is_month(word) && (is_ordinal(next) || is_ordinal(self.before(i, 1))) {
            return if is_ordinal(next) { take(Kind::Day, i, i + 2) } else { take(Kind::Day, i - 1, i + 1) };
        }
        if is_time(word) || (is_count(word) && matches!(next, "a.m" | "p.m" | "am" | "pm" | "o'clock")) {
            let to = if matches!(next, "a.m" | "p.m" | "am" | "pm" | "o'clock") { i + 2 } else { i + 1 };
            return take(self.time_kind(i), i, to);
        }
        if is_count(word) {
            return self.count(i, taken);
        }
        if word.ends_with("-star") || word.ends_with("-stars") {
            return take(Kind::Rating, i, i + 1);
        }
        if is_price(word) {
            return take(Kind::Price, i, i + 1);
        }
        if is_area(word) && !matches!(next, "american" | "indian" | "african" | "asian" | "station") {
            return take(Kind::Area, i, i + 1);
        }
        if word == "guest" && next.starts_with("house") {
            return take(Kind::Sort, i, i + 2);
        }
        if is_sort(word) && (word == "guesthouse" || !matches!(self.before(i, 1), "the" | "that")) {
            return take(Kind::Sort, i, i + 1);
        }
        if matches!(word, "wifi" | "wi-fi" | "internet" | "parking" | "breakfast") {
            return take(Kind::Feature, i, i + 1);
        }
        if self.words[i].digits() && self.words[i].raw.bytes().filter(u8::is_ascii_digit).count() >= 4 {
            return take(Kind::Number, i, i + 1);
        }
        self.place(i, taken).max(self.dish(i, taken))
    }

    /// "That is all I need today": no date.
    fn courtesy(&self, i: usize) -> bool {
        let sentence = self.words[i].sentence;
        self.words.iter().filter(|t| t.sentence == sentence).any(|t| {
            matches!(t.low.as_str(), "thank" | "thanks" | "all" | "help" | "helping" | "everything" | "needed" | "else")
        })
    }

    /// Whether a time is one to arrive or to leave, by the words before it.
    fn time_kind(&self, i: usize) -> Kind {
        let window: Vec<&str> = (1..=8)
            .filter(|by| *by <= i && self.words[i - by].sentence == self.words[i].sentence)
            .map(|by| self.before(i, by))
            .collect();
        let arrives = window.iter().position(|w| w.starts_with("arriv"));
        let leaves = window.iter().position(|w| w.starts_with("leav") || w.starts_with("depart"));
        match (arrives, leaves) {
            (Some(a), Some(l)) if l < a => Kind::Leave,
            (Some(_), _) => Kind::Arrive,
            (None, Some(_)) => Kind::Leave,
            _ if self.before(i, 1) == "after" => Kind::Leave,
            _ => Kind::Time,
        }
    }

    fn count(&self, i: usize, taken: &mut Taken) -> usize {
        let (next, second) = (self.low(i + 1), self.low(i + 2));
        let value = self.slice(i, i + 1).to_owned();
        let letters = is_number_word(&value.to_lowercase());
        let kind = match next {
            "night" | "nights" | "day" | "days" => Some(Kind::Nights),
            "star" | "stars" => Some(Kind::Rating),
            "people" | "person" | "persons" | "guests" | "guest" | "adults" | "tickets" | "ticket" | "passengers"
            | "travelers" | "travellers" | "friends" | "seats" | "seat" | "children" | "individuals" => {
                Some(Kind::People)
            }
            "of" if matches!(second, "us" | "them") => Some(Kind::People),
            "other" if second == "people" => Some(Kind::People),
            _ if matches!(self.before(i, 1), "rating" | "stars")
                || matches!(self.before(i, 2), "rating" | "star" | "stars") =>
            {
                Some(Kind::Rating)
            }
            _ if matches!(self.before(i, 1), "for" | "of") && !(letters && value.eq_ignore_ascii_case("one")) => {
                Some(Kind::People)
            }
            _ => None,
        };
        if let Some(kind) = kind {
            taken.push((i, kind, value));
        }
        1
    }

    /// `from X`, `to Y`, `departing X`, `destination is Y`.
    fn place(&self, i: usize, taken: &mut Taken) -> usize {
        let word = self.low(i);
        let (kind, mut from) = match word {
            "leaving" | "leave" | "leaves" | "departs" | "departing"
                if self.low(i + 1) == "for" || (self.low(i + 2) == "for" && is_day(self.low(i + 1))) =>
            {
                (Kind::To, if self.low(i + 1) == "for" { i + 2 } else { i + 3 })
            }
            "leaving" | "leave" | "leaves" | "departing" | "departs" if self.low(i + 1) == "from" => return 0,
            "from" | "departing" | "departs" | "leaving" | "leave" => (Kind::From, i + 1),
            "out" if self.low(i + 1) == "of" => (Kind::From, i + 2),
            "to" | "towards" | "into" | "destination" => (Kind::To, i + 1),
            "in" | "at" if self.before(i, 1).starts_with("arriv") && self.capital_at(i + 1) => (Kind::To, i + 1),
            _ => return 0,
        };
        while matches!(self.low(from), "the" | "is" | "will" | "be" | "for" | "from" | "in" | "a") && from < i + 4 {
            from += 1;
        }
        let mut to = from;
        while to < self.words.len() && to < from + 5 && self.same_clause(i, to) && !self.ends_place(to, from) {
            to += 1;
        }
        if to == from {
            return 0;
        }
        let capital = self.words[from].capital();
        let travel = word != "to"
            || self.words[i].first
            || self.before(i, 1).ends_with("ing")
            || matches!(
                self.before(i, 1),
                "go" | "get" | "travel" | "train" | "trains" | "taxi" | "trip" | "ride" | "bus" | "head"
            )
            || taken.iter().any(|(_, kind, _)| *kind == Kind::From);
        if (!capital && !travel) || verbal(self.low(from)) || (is_area(self.low(from)) && to == from + 1) {
            return 0;
        }
        taken.push((i, kind, self.slice(from, to).to_owned()));
        to - i
    }

    fn capital_at(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(Token::capital)
    }

    fn ends_place(&self, at: usize, from: usize) -> bool {
        let word = self.low(at);
        let possessive = matches!(word, "s" | "'s") && at > from;
        !possessive
            && ((is_stop(word) && (word != "new" || at == from))
                || is_day(word)
                || is_time(word)
                || is_count(word)
                || matches!(word, "any" | "either")
                || word.starts_with("sometime")
                || word.starts_with("anytime"))
    }

    /// Food words before `restaurant`, `food`, `cuisine`, or after `serves`.
    fn dish(&self, i: usize, taken: &mut Taken) -> usize {
        let mut to = i;
        while to < i + 3 && to < self.words.len() && self.plain_word(to) && self.same_clause(i, to) {
            to += 1;
        }
        if to == i {
            return 0;
        }
        let head = self.low(to).to_owned();
        let head_near = self.words.get(to).is_some_and(|t| t.sentence == self.words[i].sentence);
        let served = matches!(self.before(i, 1), "serves" | "serve" | "serving" | "eat")
            || (matches!(self.before(i, 1), "some" | "of") && self.before(i, 2).starts_with("serv"));
        let headed = head_near
            && matches!(
                head.as_str(),
                "restaurant" | "restaurants" | "food" | "foods" | "cuisine" | "place" | "dishes" | "type"
            );
        let named = headed && (head != "place" || self.words[i].capital());
        if !served && !named {
            return 0;
        }
        taken.push((i, Kind::Dish, self.slice(i, to).to_owned()));
        to - i
    }

    fn plain_word(&self, at: usize) -> bool {
        let word = self.low(at);
        let direction = is_area(word) && matches!(self.low(at + 1), "american" | "indian" | "african" | "asian");
        !is_stop(word)
            && (direction || !is_area(word))
            && !is_price(word)
            && !is_day(word)
            && !is_count(word)
            && !self.words[at].digits()
            && !word.ends_with("ly")
            && (!word.ends_with("ed") || self.words[at].capital())
            && !verbal(word)
    }

    /// Names: after `called`, runs of capitals inside a sentence, and what another speaker named before.
    fn names(&self, known: &[String], taken: &mut Taken) {
        let place = |taken: &Taken, value: &str| {
            taken.iter().any(|(_, kind, old)| {
                matches!(kind, Kind::From | Kind::To | Kind::Dish | Kind::Name)
                    && old.to_lowercase().contains(&value.to_lowercase())
            })
        };
        for i in 0..self.words.len() {
            if matches!(self.low(i), "called" | "named") || (self.low(i) == "is" && self.before(i, 1) == "name") {
                let from = if self.low(i + 1) == "the" && !self.words.get(i + 1).is_some_and(Token::capital) {
                    i + 2
                } else {
                    i + 1
                };
                let mut to = from;
                while to < self.words.len()
                    && to < from + NAME
                    && self.same_clause(from, to)
                    && (!is_stop(self.low(to))
                        || matches!(
                            self.low(to),
                            "and" | "of" | "from" | "room" | "house" | "the" | "s" | "hotel" | "restaurant"
                        ))
                {
                    to += 1;
                }
                while to > from && matches!(self.low(to - 1), "and" | "of" | "from" | "the") {
                    to -= 1;
                }
                let value = self.slice(from, to).to_owned();
                if to > from && !place(taken, &value) {
                    taken.push((i, Kind::Name, value));
                }
            }
        }
        for (from, to) in self.venues().into_iter().chain(self.capitals()) {
            let value = self.slice(from, to).to_owned();
            if !place(taken, &value) && !self.negated(from) {
                taken.push((from, Kind::Name, value));
            }
        }
        for name in known.iter().filter(|name| name.contains(' ')) {
            let words: Vec<&str> = name.split(' ').collect();
            let spot = (0..self.words.len()).find(|i| (0..words.len()).all(|k| self.low(i + k) == words[k]));
            if let Some(i) = spot
                && !place(taken, name)
            {
                taken.push((i, Kind::Name, self.slice(i, i + words.len()).to_owned()));
            }
        }
    }

    /// Lower-case names that end in what they are: `the leverton house`, `about aylesbray lodge`.
    fn venues(&self) -> Vec<(usize, usize)> {
        let venue = |at: usize| {
            matches!(
                self.low(at),
                "house" | "lodge" | "inn" | "hotel" | "museum" | "college" | "theatre" | "cinema" | "hall" | "park"
            )
        };
        let mut found = Vec::new();
        for end in (1..self.words.len()).filter(|at| venue(*at)) {
            let mut from = end;
            while from > 0 && end - from < 4 && self.plain_word(from - 1) && self.same_clause(from - 1, end) {
                from -= 1;
            }
            let led = matches!(
                self.before(from, 1),
                "the" | "about" | "at" | "called" | "call" | "named" | "for" | "on" | "of"
            );
            if from < end && led && !venue(from) && !is_sort(self.low(from)) && self.low(from) != "guest" {
                found.push((from, end + 1));
            }
        }
        found
    }

    /// Runs of capitalised words that name something, as word ranges.
    fn capitals(&self) -> Vec<(usize, usize)> {
        let mut runs = Vec::new();
        let mut i = 0;
        let names = |at: usize| self.words.get(at).is_some_and(|t| t.capital() && !t.raw.contains('@') && t.raw != "I");
        while i < self.words.len() {
            let stopped = is_stop(self.low(i)) && !matches!(self.low(i), "the")
                || self.words[i].first && !names(i + 1) && !self.alone(i);
            if !names(i) || stopped || is_day(self.low(i)) || is_month(self.low(i)) {
                i += 1;
                continue;
            }
            let mut to = i + 1;
            while to < i + NAME && to < self.words.len() && self.same_clause(i, to) {
                let joins = matches!(self.low(to), "of" | "and" | "s" | "the" | "du" | "de" | "&")
                    && (names(to + 1) || names(to + 2) && self.low(to + 1) == "the");
                let possessive = self.low(to) == "s" && names(to + 1);
                let answered = self.words[i].first && self.alone(i);
                if is_day(self.low(to)) || !(names(to) || joins || possessive || answered) {
                    break;
                }
                to += 1;
            }
            let word = self.low(i);
            let single = to == i + 1;
            let sentence = self.words[i].sentence;
            let answer = self.words.iter().filter(|t| t.sentence == sentence).count() == to - i
                && !is_stop(word)
                && word.len() > 3;
            let dull = single
                && !answer
                && (word.chars().count() < 4
                    || is_area(word)
                    || is_price(word)
                    || is_sort(word)
                    || subject(word).is_some()
                    || self.words[i].first
                    || is_reference(self.words[i].raw)
                    || is_stop(word)
                    || matches!(
                        word,
                        "wifi"
                            | "internet"
                            | "cambridge"
                            | "english"
                            | "street"
                            | "road"
                            | "lane"
                            | "square"
                            | "avenue"
                            | "station"
                    ));
            if !dull {
                runs.push((i, to));
            }
            i = to;
        }
        runs
    }
}

fn is_ordinal(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Common verbs after `to`: an infinitive, not a place.
fn verbal(word: &str) -> bool {
    const VERBS: &[&str] = &[
        "be",
        "eat",
        "dine",
        "buy",
        "purchase",
        "reserve",
        "schedule",
        "check",
        "change",
        "cancel",
        "confirm",
        "take",
        "meet",
        "commute",
        "spend",
        "explore",
        "enjoy",
        "catch",
        "arrange",
        "start",
        "pay",
        "keep",
        "call",
        "speak",
        "talk",
        "return",
        "add",
        "update",
        "attend",
        "play",
        "stop",
        "hear",
        "learn",
        "write",
        "plan",
        "narrow",
        "put",
        "relax",
        "sleep",
        "experience",
        "verify",
        "require",
        "serves",
        "wants",
        "needs",
        "interested",
        "hoping",
    ];
    VERBS.contains(&word)
}
