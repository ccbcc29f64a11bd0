//! Knowledge: who may read an article, what its texts may be, and the terms by which it is found.

use crate::understanding::token::{located, unspaced};
use std::{collections::BTreeSet, ops::Range};

/// Who may read an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Customers, in a help centre.
    Customer,
    /// Bots.
    Bot,
    /// The tenant's own people.
    Agent,
    /// People of outsourced partners.
    Partner,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Bot, Self::Agent, Self::Partner];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::Partner => "partner",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.code() == code)
    }
}

/// Longest title and longest body, in characters.
pub const TITLE: usize = 200;
/// Longest body, in characters.
pub const BODY: usize = 50_000;

/// Checks what a revision says: the field, and what is wrong with it.
pub fn check(language: &str, title: &str, body: &str) -> Result<(), (&'static str, String)> {
    let fail = |field, problem: String| Err((field, problem));
    let letters = language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !(2..=35).contains(&language.len()) || !letters {
        return fail("language", "a language is a tag like en or zh-Hans".to_owned());
    }
    if title.trim().is_empty() || title.chars().count() > TITLE {
        return fail("title", format!("a title has 1 to {TITLE} characters"));
    }
    if body.trim().is_empty() || body.chars().count() > BODY {
        return fail("body", format!("a body has 1 to {BODY} characters"));
    }
    Ok(())
}

/// Words that say nothing of what a text is about.
const EMPTY: &[&str] = &[
    "a", "an", "the", "and", "or", "of", "to", "in", "on", "at", "for", "with", "is", "are", "was", "were", "be",
    "been", "am", "i", "me", "my", "we", "our", "you", "your", "it", "its", "this", "that", "these", "those", "do",
    "does", "did", "can", "could", "would", "will", "have", "has", "had", "not", "no", "yes", "please", "hi", "hello",
    "hey", "thanks", "thank", "so", "but", "if", "as", "by", "from", "there", "here", "what", "how", "when", "where",
    "why", "who", "im", "ive", "want", "need", "just", "get", "got", "like", "know", "help", "?", "我的", "你的",
    "你好", "您好", "请问", "一下", "可以", "怎么", "什么", "这个", "那个", "是不", "不是", "没有", "我想", "我要",
    "谢谢",
];

/// An English word without its most frequent endings: `refunds`, `refunded` and `refunding` are found by `refund`.
fn stem(word: &str) -> String {
    let ascii = word.bytes().all(|b| b.is_ascii_lowercase());
    let cut = |end: &str, least: usize| word.strip_suffix(end).filter(|rest| rest.len() >= least);
    if !ascii || word.len() < 4 {
        return word.to_owned();
    }
    if let Some(rest) = cut("ies", 3) {
        return format!("{rest}y");
    }
    if word.ends_with("ss") || word.ends_with("us") {
        return word.to_owned();
    }
    let rest = cut("ing", 4).or_else(|| cut("ed", 4)).or_else(|| cut("s", 3)).unwrap_or(word);
    rest.to_owned()
}

/// The terms of a text, each once: words without their endings, and pairs of neighbouring characters in scripts that
/// write no spaces; what says nothing is left out.
pub fn terms(text: &str) -> Vec<String> {
    located_terms(text).into_iter().map(|(term, _)| term).collect::<BTreeSet<_>>().into_iter().collect()
}

/// All terms of a text in their order, each with where it stands, in bytes.
pub fn located_terms(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    let mut run: Vec<(String, Range<usize>)> = Vec::new();
    let flush = |run: &mut Vec<(String, Range<usize>)>, found: &mut Vec<(String, Range<usize>)>| {
        if run.len() == 1 {
            found.extend(run.first().cloned());
        }
        found
            .extend(run.windows(2).map(|pair| (format!("{}{}", pair[0].0, pair[1].0), pair[0].1.start..pair[1].1.end)));
        run.clear();
    };
    for (word, place) in located(text) {
        if word.starts_with(unspaced) {
            run.push((word, place));
            continue;
        }
        flush(&mut run, &mut found);
        if word.chars().count() <= 40 && !EMPTY.contains(&word.as_str()) {
            found.push((stem(&word), place));
        }
    }
    flush(&mut run, &mut found);
    found.retain(|(term, _)| !EMPTY.contains(&term.as_str()));
    found
}

/// Longest excerpt, in characters.
const EXCERPT: usize = 240;

/// The passage of a body that holds most of the terms asked for.
pub fn excerpt(body: &str, asked: &[String]) -> String {
    let passages =
        body.split_inclusive(['\n', '.', '!', '?', '。', '！', '？']).map(str::trim).filter(|p| !p.is_empty());
    let mut best: (usize, &str) = (0, "");
    for passage in passages {
        let held = terms(passage).iter().filter(|term| asked.contains(term)).count();
        if best.1.is_empty() || held > best.0 {
            best = (held, passage);
        }
    }
    let flat = best.1.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= EXCERPT {
        return flat;
    }
    flat.chars().take(EXCERPT - 1).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_words_and_pairs() {
        assert_eq!(terms("How do I get the refunds for cancelled orders?"), ["cancell", "order", "refund"]);
        assert_eq!(terms("请问怎么退款ABC"), ["abc", "么退", "退款", "问怎"]);
        assert!(terms("hello, thank you!").is_empty() && terms("").is_empty());
        assert_eq!(terms("退"), ["退"]);
        assert_eq!(terms("policies address bus"), ["address", "bus", "policy"]);
    }

    #[test]
    fn the_excerpt_is_the_passage_that_fits() {
        let body = "Parcels leave within a day. Refunds take five days. Ask us anything.";
        assert_eq!(excerpt(body, &terms("when is my refund there")), "Refunds take five days.");
        assert_eq!(excerpt("包裹当天发出。退款需要五天到账。", &terms("退款多久到账")), "退款需要五天到账。");
        assert!(excerpt(&"long ".repeat(200), &[]).chars().count() <= EXCERPT);
    }

    #[test]
    fn what_an_article_says_is_checked() {
        assert!(check("zh-Hans", "退款", "五天").is_ok());
        assert_eq!(check("x", "t", "b").map_err(|e| e.0), Err("language"));
        assert_eq!(check("en", " ", "b").map_err(|e| e.0), Err("title"));
        assert_eq!(check("en", "t", "").map_err(|e| e.0), Err("body"));
    }
}
