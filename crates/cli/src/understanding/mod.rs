//! The offline commands of the understanding core: hand-off briefs, intent, language, sentiment.
//!
//! Thin: read JSON lines, call `meridian_domain`, write JSON lines on standard output. Lines without `id` take their
//! 0-based number.

mod brief;
mod intent;
mod lines;
mod text;

use anyhow::Result;
use clap::Subcommand;
use meridian_domain::handoff::Limit;
use std::{
    io::{BufWriter, Write, stdout},
    path::PathBuf,
};

/// `meridian handoff ...`
#[derive(Debug, Subcommand)]
pub enum Handoff {
    /// Write the brief of each dialogue of a file.
    Brief {
        /// JSON lines: `{"id", "turns": [{"speaker", "text"}]}`.
        file: PathBuf,
        /// Longest brief, in words; 60 when neither is given, and twice as many characters in Chinese.
        #[arg(long, conflicts_with = "chars")]
        words: Option<usize>,
        /// Longest brief, in characters.
        #[arg(long)]
        chars: Option<usize>,
    },
}

/// `meridian intent ...`
#[derive(Debug, Subcommand)]
pub enum Intent {
    /// Train a model on labelled requests.
    Train {
        /// JSON lines: `{"text", "label"}` or `{"text", "labels"}`, with the turn before as `context`.
        file: PathBuf,
        /// Where the model is written.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the intent, or the intents, of each request of a file.
    Predict {
        /// A trained model.
        model: PathBuf,
        /// JSON lines: `{"id", "text"}`, with the turn before as `context`.
        file: PathBuf,
    },
}

/// `meridian text ...`
#[derive(Debug, Subcommand)]
pub enum Text {
    /// Write the language of each text of a file.
    Language {
        /// JSON lines: `{"id", "text"}`, with likely languages as `hints`.
        file: PathBuf,
    },
    /// Write the sentiment of each text of a file.
    Sentiment {
        /// JSON lines: `{"id", "text"}`.
        file: PathBuf,
        /// A model that `meridian intent train` made from lines labelled `negative`, `neutral` and `positive`:
        /// what a tenant's people have corrected. It decides where it is sure.
        #[arg(long)]
        model: Option<PathBuf>,
    },
}

impl Handoff {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let Self::Brief { file, words, chars } = self;
        let limit = chars.map(Limit::Chars).or(words.map(Limit::Words)).unwrap_or(Limit::Words(60));
        printed(|out| brief::brief(file, limit, out))
    }
}

impl Intent {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Train { file, out } => intent::train(file, out),
            Self::Predict { model, file } => printed(|out| intent::predict(model, file, out)),
        }
    }
}

impl Text {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Language { file } => printed(|out| text::language(file, out)),
            Self::Sentiment { file, model } => printed(|out| text::sentiment(file, model.as_deref(), out)),
        }
    }
}

/// A reader that goes away (`| head`) is no fault.
fn printed(write: impl FnOnce(&mut BufWriter<std::io::StdoutLock<'static>>) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let done = write(&mut out).and_then(|()| Ok(out.flush()?));
    match done {
        Err(error)
            if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) =>
        {
            Ok(())
        }
        done => done,
    }
}
