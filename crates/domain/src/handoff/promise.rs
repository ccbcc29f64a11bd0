//! The last thing that a customer was promised: whoever goes on is held to it.

use super::{Cited, Speaker, Turn, quote, wording};

/// What says that something will be done, in lower case.
const WILL: &[&str] = &[
    "i will ",
    "i'll ",
    "i ’ll ",
    "we will ",
    "we'll ",
    "you will get",
    "you will receive",
    "you will have",
    "you'll get",
    "you'll receive",
    "you'll have",
    "will be sent",
    "will be refunded",
    "will be credited",
    "will be delivered",
    "will be shipped",
    "will be there",
    "will arrive",
    "will call you",
    "will contact you",
    "will get back",
    "will mail you",
    "will email you",
    "will write to you",
    "promise",
    "guarantee you",
    "我会",
    "我们会",
    "会尽快",
    "会在",
    "将在",
    "将于",
    "将会",
    "稍后会",
    "尽快为您",
    "尽快给您",
    "马上为您",
    "保证",
    "承诺",
    "内为您",
    "内给您",
    "内回复",
    "内到账",
    "内退款",
    "内发货",
    "内送达",
];

/// What promises nothing but the hand-off itself, or nothing at all.
const IDLE: &[&str] = &[
    "transfer you",
    "connect you",
    "hand you over",
    "put you through",
    "pass you",
    "someone will be with you",
    "not sure",
    "will not ",
    "won't ",
    "cannot",
    "can't ",
    "if i ",
    "i will need",
    "i'll need",
    "we will need",
    "we'll need",
    "will that be",
    "转接",
    "转人工",
    "为您转",
    "无法",
    "不会",
    "不能",
    "不保证",
    "不承诺",
];

/// Sentences; a point inside a number ends none.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut parts = wording::sentences(text, &['.', '?', '!', ';'], &['\n', '。', '？', '！', '；']);
    parts.retain(|part| part.chars().any(char::is_alphanumeric));
    parts
}

/// Whether a sentence says that something will be done.
pub(crate) fn promises(sentence: &str) -> bool {
    let low = sentence.to_lowercase().replace('’', "'");
    !low.ends_with(['?', '？'])
        && WILL.iter().any(|word| low.contains(word))
        && !IDLE.iter().any(|word| low.contains(word))
}

/// The last sentence of a bot or a person of the tenant that promises the customer something. What repeats the customer's
/// own words promises nothing.
pub(super) fn last(turns: &[Turn]) -> Option<Cited> {
    let echo = |sentence: &str| turns.iter().any(|t| t.speaker == Speaker::Customer && t.text.contains(sentence));
    turns.iter().rev().filter(|turn| turn.speaker != Speaker::Customer).find_map(|turn| {
        let said = sentences(&turn.text).into_iter().rfind(|sentence| promises(sentence) && !echo(sentence))?;
        Some(Cited { text: quote(said), items: vec![turn.item] })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ItemId;
    use uuid::Uuid;

    #[test]
    fn promises_are_told_from_offers_refusals_and_the_hand_off() {
        for said in [
            "I will ask billing to refund one of them.",
            "You’ll receive a mail within 24 hours.",
            "Your parcel will be delivered on 3.5. at noon",
            "我们会在24小时内为您催件。",
            "款项将在3个工作日内到账",
        ] {
            assert!(promises(said), "{said}");
        }
        for said in [
            "Will that be all?",
            "I will transfer you to a colleague.",
            "I can send a replacement.",
            "We will not refund this.",
            "Shall I say that we will call you?",
            "为您转接人工客服，我们会尽快接听。",
            "七天无理由换货运费由买家承担。",
        ] {
            assert!(!promises(said), "{said}");
        }
    }

    #[test]
    fn what_the_customer_said_is_no_promise_to_them() {
        let turn = |n: u128, speaker, text: &str| Turn { item: ItemId(Uuid::from_u128(n)), speaker, text: text.into() };
        let mut turns = vec![
            turn(1, Speaker::Customer, "Where is it? I will be away from Friday"),
            turn(2, Speaker::Bot, "You said: Where is it? I will be away from Friday"),
        ];
        assert_eq!(last(&turns), None);
        turns.insert(0, turn(0, Speaker::Bot, "We will call you. Is that fine?"));
        assert_eq!(last(&turns).map(|promise| promise.text).as_deref(), Some("We will call you."));
    }

    #[test]
    fn sentences_end_where_they_end() {
        let said = sentences("It costs 4.50. Fine? 好的。我们会处理！");
        assert_eq!(said, ["It costs 4.50.", "Fine?", "好的。", "我们会处理！"]);
    }
}
