//! The brief as a text of bounded length, with the facts it shows and the line each stands in.

use super::{
    chinese, chinese_text, english, english_text,
    slot::{Said, Slot},
};

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
    let slots = english::slots(turns);
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
