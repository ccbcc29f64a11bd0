//! Dialogues with a bot that were kept, to be played again: JSON lines, one event with its answer each.

use super::BotAction;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One event of a dialogue, and what the bot answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The type of the event.
    pub event: String,
    /// Its data.
    pub data: Value,
    /// The actions of the answer.
    pub actions: Vec<BotAction>,
}

/// A text that is no dialogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDialogue {
    /// Nothing stands in it.
    #[error("it holds no dialogue: record one first")]
    Empty,
    /// A line is no event with its answer.
    #[error("line {line}: {problem}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// Reads a dialogue; empty lines are passed over.
pub fn read(text: &str) -> Result<Vec<Step>, NoDialogue> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let step = |(n, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|why| NoDialogue::Line { line: n + 1, problem: why.to_string() })
    };
    let steps: Vec<Step> = lines.map(step).collect::<Result<_, _>>()?;
    if steps.is_empty() { Err(NoDialogue::Empty) } else { Ok(steps) }
}

/// Writes a dialogue down, one line an event.
pub fn write(steps: &[Step]) -> String {
    let line = |step: &Step| serde_json::to_string(step).unwrap_or_default() + "\n";
    steps.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_dialogue_is_read_as_it_was_written_and_a_bad_line_is_named() {
        let data = json!({ "message": { "text": "hello\nthere" } });
        let actions = vec![BotAction::Message { text: "Hi".to_owned(), buttons: Vec::new() }];
        let steps = [Step { event: "message.created".to_owned(), data, actions }];
        let text = write(&steps);
        assert_eq!(text.lines().count(), 1);
        assert_eq!(read(&format!("\n{text}\n")).unwrap(), steps);
        assert_eq!(read(" \n"), Err(NoDialogue::Empty));
        let refused = read(&format!("{text}{{}}\n")).unwrap_err().to_string();
        assert!(refused.starts_with("line 2: missing field `event`"), "{refused}");
    }
}
