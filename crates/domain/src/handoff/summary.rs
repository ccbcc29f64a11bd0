//! The brief as a text of bounded length, with the facts it shows and the line each stands in.

use super::{
    Speaker, chinese, chinese_text, english, english_text,
    slot::{Kind, Said, Slot},
};
use crate::understanding::message::Reading;

/// The length a summary must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Words separated by spaces.
    Words(usize),
    /// Characters.
    Chars(usize),
}

/// A summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// What the agent reads.
    pub text: String,
    /// The values found, each with the line it was said in.
    pub slots: Vec<Slot>,
}

/// Summarises a dialogue within a limit. Runs in time linear in its length; uses no model, so that it can state
/// nothing that was not said.
pub fn summarise(turns: &[Said<'_>], limit: Limit) -> Summary {
    let han = |said: &Said<'_>| said.text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let latin = |said: &Said<'_>| said.text.chars().filter(|c| c.is_alphabetic()).count();
    let chinese = turns.iter().map(han).sum::<usize>() * 3 > turns.iter().map(latin).sum::<usize>();
    if chinese {
        let slots = chinese::slots(turns);
        let chars = match limit {
            Limit::Chars(chars) => chars,
            Limit::Words(words) => words * 2,
        };
        let text = chinese_text::text(turns, &slots, chars);
        return Summary { text, slots };
    }
    let mut slots = english::slots(turns);
    if foreign(turns) {
        // What the words of another language mean is not known, only what is known by its form.
        slots.retain(|slot| {
            matches!(slot.kind, Kind::Reference | Kind::Number | Kind::Email | Kind::Phone | Kind::Price | Kind::Time)
        });
    }
    let text = match limit {
        Limit::Words(words) => english_text::text(turns, &slots, words),
        Limit::Chars(chars) => {
            // Six letters and a space a word on average; shorten until it fits.
            let mut words = chars / 6;
            loop {
                let text = english_text::text(turns, &slots, words);
                if text.chars().count() <= chars || words == 0 {
                    break text.chars().take(chars).collect();
                }
                words -= 1;
            }
        }
    };
    Summary { text, slots }
}

/// Letters that settle a language.
const SETTLED: usize = 160;

/// Whether the customer surely writes another language than English.
fn foreign(turns: &[Said<'_>]) -> bool {
    let own = turns.iter().filter(|turn| turn.speaker == Speaker::Customer).map(|turn| turn.text);
    let text: String = own.flat_map(|line| line.chars().chain(['\n'])).take(SETTLED).collect();
    let language = Reading::of(&text, None).and_then(|reading| reading.clear_language(&[]));
    language.is_some_and(|language| language != "en")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dialogue(lines: &[&'static str]) -> Vec<Said<'static>> {
        let speakers = [Speaker::Customer, Speaker::Bot];
        lines.iter().zip(speakers.iter().cycle()).map(|(text, speaker)| Said { speaker: *speaker, text }).collect()
    }

    fn hotel() -> Vec<Said<'static>> {
        dialogue(&[
            "Hi, I am looking for a cheap guesthouse in the north with free parking.",
            "The Willow Lodge is a cheap guesthouse in the north. Shall I book it?",
            "Yes please, 3 people for 2 nights from Friday.",
            "Booked. The reference number is QX7TR21B. Anything else?",
            "I also need a train to Norwich that leaves after 09:15 on Friday. Can it be first class?",
        ])
    }

    fn restaurant() -> Vec<Said<'static>> {
        dialogue(&[
            "你好，想找一家人均消费50-100元的餐馆，评分要4分以上。",
            "推荐您去柳荫小馆(中山路店)，人均消费78元，电话是010-55501234。",
            "好的，它附近有哪些酒店？",
        ])
    }

    #[test]
    fn the_english_brief_keeps_what_must_not_be_asked_again() {
        let said = summarise(&hotel(), Limit::Words(60));
        for value in ["QX7TR21B", "guesthouse", "north", "cheap", "3", "2", "friday", "norwich", "09:15"] {
            assert!(said.text.to_lowercase().contains(&value.to_lowercase()), "{value}: {}", said.text);
        }
        assert!(said.text.split_whitespace().count() <= 60);
    }

    #[test]
    fn the_chinese_brief_keeps_names_prices_and_telephones() {
        let said = summarise(&restaurant(), Limit::Chars(120));
        for value in ["柳荫小馆", "78元", "010-55501234"] {
            assert!(said.text.contains(value), "{value}: {}", said.text);
        }
        assert!(said.text.chars().count() <= 120);
    }

    #[test]
    fn trouble_is_told_in_the_customers_own_words_and_nothing_is_said_twice() {
        let said = summarise(
            &dialogue(&[
                "Hi ! My order 48213 arrived broken and I want my money back .",
                "I can send a replacement within 3 days , or refund you £49.90 .",
                "refund please , my email is ida@example.com . can a person call me ?",
            ]),
            Limit::Words(60),
        );
        let wanted = "Customer: \"My order 48213 arrived broken and I want my money back.\" Also: ida@example.com. \
                      Now asks: \"can a person call me?\" \
                      Was told: \"I can send a replacement within 3 days, or refund you £49.90.\"";
        assert_eq!(said.text, wanted);
        // A bot that repeats the customer told nothing.
        let echo = summarise(
            &dialogue(&["where is my parcel 77120?", "You said: where is my parcel 77120?"]),
            Limit::Words(60),
        );
        assert_eq!(echo.text, "Customer: \"where is my parcel 77120?\"");
    }

    #[test]
    fn numbers_of_orders_are_no_telephones_and_chinese_trouble_is_quoted() {
        let said = summarise(
            &dialogue(&[
                "你好，我的订单20260511887还没收到，已经等了5天了",
                "非常抱歉，我们会在24小时内为您催件。",
                "昨天也这么说！手机号13800138000，能给我转人工吗？",
            ]),
            Limit::Chars(120),
        );
        for value in [
            "客户：你好，我的订单20260511887还没收到",
            "单号20260511887",
            "电话13800138000",
            "现问：能给我转人工吗？",
            "已答：非常抱歉，我们会在24小时内为您催件。",
        ] {
            assert!(said.text.contains(value), "{value}: {}", said.text);
        }
        assert!(!said.slots.iter().any(|slot| slot.kind == Kind::Phone && slot.value.starts_with("2026")), "{said:?}");
        let free = summarise(&dialogue(&["找一个票价不免费、评分4.5分以上的景点"]), Limit::Chars(120));
        assert_eq!(free.text, "景点：要不免费、4.5分以上。");
    }

    #[test]
    fn words_of_another_language_are_not_taken_for_english_names() {
        let german = [
            "Ich habe meine Bestellung 77120 nicht erhalten, wo ist mein Paket?",
            "Es kommt am Freitag.",
            "Das haben Sie schon letzte Woche gesagt!",
        ];
        let said = summarise(&dialogue(&german), Limit::Words(60));
        assert_eq!(said.slots.iter().map(|slot| slot.value.as_str()).collect::<Vec<_>>(), ["77120"]);
        assert!(said.text.starts_with("Customer: \"Ich habe meine Bestellung 77120"), "{}", said.text);
    }

    #[test]
    fn nothing_said_is_no_quote() {
        let said = summarise(&dialogue(&["", "， 4.5分"]), Limit::Chars(6));
        assert_eq!(said.text, "评4.5分。");
    }

    #[test]
    fn every_slot_stands_in_its_line() {
        for turns in [hotel(), restaurant()] {
            let said = summarise(&turns, Limit::Words(60));
            assert!(!said.slots.is_empty());
            for slot in said.slots {
                let line = turns[slot.turn].text.to_lowercase();
                assert!(line.contains(&slot.value.to_lowercase()), "{slot:?}");
            }
        }
    }

    /// Pieces of dialogues, so that the recognisers have something to find.
    fn line() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "book",
            "a table for",
            "7",
            "people",
            "at",
            "18:30",
            "on sunday",
            "reference",
            "ZK81PQ",
            "hotel",
            "£12.50",
            "to Leeds",
            "，",
            "。",
            "想找",
            "酒店",
            "餐馆",
            "评分",
            "4.5分",
            "元",
            "300",
            "人均",
            "?",
            "从",
            "到",
            "(",
            ")",
            "电话是",
            "é",
        ];
        proptest::collection::vec(
            prop_oneof![3 => proptest::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,6}"],
            0..14,
        )
        .prop_map(|pieces| pieces.join(" "))
    }

    proptest! {
        #[test]
        fn any_dialogue_keeps_the_limit_cites_rightly_and_invents_no_number(
            lines in proptest::collection::vec(line(), 0..8), most in 0_usize..80
        ) {
            let speakers = [Speaker::Customer, Speaker::Agent];
            let turns: Vec<Said<'_>> = lines.iter().zip(speakers.iter().cycle())
                .map(|(text, speaker)| Said { speaker: *speaker, text }).collect();
            let all = lines.join(" ");
            for limit in [Limit::Words(most), Limit::Chars(most)] {
                let said = summarise(&turns, limit);
                if let Limit::Chars(most) = limit {
                    prop_assert!(said.text.chars().count() <= most, "{}", said.text);
                }
                for number in said.text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()) {
                    prop_assert!(all.contains(number), "{number}: {}", said.text);
                }
                for slot in &said.slots {
                    prop_assert!(turns[slot.turn].text.to_lowercase().contains(&slot.value.to_lowercase()), "{slot:?}");
                }
            }
        }
    }
}
