//! What customers write, understood on one core: the brief of a long dialogue, intent and language and sentiment of a
//! message, and the training of a tenant's intents.

use anyhow::{Context, Result};
use clap::Args;
use meridian_domain::{
    bot::HandoffRequest,
    handoff::{self, Limit, Said, Speaker, Turn},
    ids::ItemId,
    understanding::{
        intent::{self, Example},
        language,
        message::Reading,
    },
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    hint::black_box,
    io::{BufRead, BufReader},
    path::PathBuf,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Turns of a dialogue.
    #[arg(long, default_value_t = 100)]
    turns: usize,
    /// Briefs of dialogues, all different.
    #[arg(long, default_value_t = 2_000)]
    briefs: usize,
    /// Messages whose intent, language and sentiment are told.
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    /// Examples to train on.
    #[arg(long, default_value_t = 10_000)]
    examples: usize,
    /// Intents among them.
    #[arg(long, default_value_t = 77)]
    intents: usize,
    /// Train on these labelled lines (`{"text", "label"}`) instead of made-up ones.
    #[arg(long)]
    train: Option<PathBuf>,
}

/// Lines of dialogues; `#` stands for a number.
const LINES: &[(Speaker, &str)] = &[
    (Speaker::Customer, "Hello, my parcel with order number # has not arrived, it was due on Friday at 14:30"),
    (Speaker::Bot, "I am sorry to hear that. Which address was it sent to?"),
    (Speaker::Customer, "To 12 Harbour Road, and I paid # euros for express delivery"),
    (Speaker::Bot, "Thank you. The carrier says it was handed over at #:15. Shall I open a search?"),
    (Speaker::Customer, "No, it was not. Can you send a new one or give me my money back?"),
    (Speaker::Bot, "I can offer a replacement. The reference number is QX#TR. Anything else?"),
    (
        Speaker::Customer,
        "I also want to change the phone number to 020 7946 0#, and book 2 nights from Monday for 3 people",
    ),
    (Speaker::Customer, "我的订单#还没有收到，能不能帮我查一下？"),
    (Speaker::Bot, "好的，请问您的手机号码是多少？"),
    (Speaker::Customer, "13800#，我周五下午三点之前要用，已经付了#元，太慢了"),
];

fn line(random: &mut StdRng) -> (Speaker, String) {
    let (speaker, text) = LINES[random.random_range(0..LINES.len())];
    (speaker, text.replace('#', &random.random_range(1_000..99_999).to_string()))
}

/// Times in microseconds at some shares.
fn shares(times: &mut [Duration]) -> Value {
    times.sort_unstable();
    let at = |share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    json!({ "p50_us": at(0.5), "p99_us": at(0.99), "max_us": at(1.0) })
}

fn row(name: &str, told: &Value) {
    let number = |key: &str| told[key].as_f64().unwrap_or_default();
    println!("{name:<22} {:>10.1} {:>10.1} {:>10.0}", number("p50_us"), number("p99_us"), number("max_us"));
}

/// The brief of hand-offs, and the text of bounded length.
fn briefs(options: &Options, random: &mut StdRng) -> (Value, Value) {
    let (mut built, mut written) = (Vec::new(), Vec::new());
    let request = HandoffRequest::default();
    for _ in 0..options.briefs {
        let lines: Vec<(Speaker, String)> = (0..options.turns).map(|_| line(random)).collect();
        let turn = |(n, (speaker, text)): (usize, &(Speaker, String))| Turn {
            item: ItemId(Uuid::from_u128(n as u128)),
            speaker: *speaker,
            text: text.clone(),
        };
        let turns: Vec<Turn> = lines.iter().enumerate().map(turn).collect();
        let begun = Instant::now();
        black_box(handoff::brief(black_box(&turns), &request));
        built.push(begun.elapsed());
        let said: Vec<Said<'_>> = lines.iter().map(|(speaker, text)| Said { speaker: *speaker, text }).collect();
        let begun = Instant::now();
        black_box(handoff::summarise(black_box(&said), Limit::Words(60)));
        written.push(begun.elapsed());
    }
    (shares(&mut built), shares(&mut written))
}

#[derive(Deserialize)]
struct Labelled {
    text: String,
    label: String,
}

/// Made-up requests: each intent has words of its own among words that all share.
fn examples(options: &Options, random: &mut StdRng) -> Result<Vec<Example>> {
    let example = |text: String, label: String| Example { text, context: String::new(), labels: vec![label] };
    if let Some(path) = &options.train {
        let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let read = |line: std::io::Result<String>| {
            let one: Labelled = serde_json::from_str(&line?)?;
            anyhow::Ok(example(one.text, one.label))
        };
        return BufReader::new(file).lines().map(read).collect();
    }
    let word = |n: usize| {
        let syllables =
            ["ka", "ro", "mi", "ten", "sol", "va", "ler", "ni", "do", "pas", "que", "har", "wi", "bu", "es", "tri"];
        (0..3).map(|k| syllables[(n >> (4 * k)) % syllables.len()]).collect::<String>()
    };
    Ok((0..options.examples)
        .map(|n| {
            let intent = n % options.intents.max(2);
            let words: Vec<String> = (0..random.random_range(6..14))
                .map(|_| {
                    let own = random.random_bool(0.35);
                    word(if own { 1_000 + intent * 8 + random.random_range(0..8) } else { random.random_range(0..900) })
                })
                .collect();
            example(words.join(" "), format!("intent-{intent}"))
        })
        .collect())
}

/// Runs it, prints a table and returns it as JSON.
pub fn run(options: &Options) -> Result<Value> {
    let mut random = StdRng::seed_from_u64(7);
    println!("{:<22} {:>10} {:>10} {:>10}", "one core", "p50 us", "p99 us", "max us");
    let (brief, text) = briefs(options, &mut random);
    row(&format!("brief, {} turns", options.turns), &brief);
    row("text of 60 words", &text);

    let examples = examples(options, &mut random)?;
    let begun = Instant::now();
    let model = intent::train(&examples)?;
    let trained = begun.elapsed().as_secs_f64();
    let bytes = model.to_bytes().len();
    // The first look loads what is embedded; it is no message's time.
    black_box(language::language("where is my parcel"));
    let mut times = Vec::with_capacity(options.messages);
    for n in 0..options.messages {
        let (_, said) = line(&mut random);
        let said = if n % 2 == 0 { said } else { examples[n % examples.len()].text.clone() };
        let begun = Instant::now();
        // As ingest does, for a customer whose language is known.
        black_box(Reading::of(&said, Some((1, &model))).map(|reading| reading.understood(&["en"])));
        times.push(begun.elapsed());
    }
    let message = shares(&mut times);
    row("message, all three", &message);
    println!(
        "training {} examples of {} intents: {trained:.1} s, model {:.1} MB",
        examples.len(),
        model.labels().len(),
        bytes as f64 / 1e6
    );
    Ok(json!({
        "bench": "understanding", "turns": options.turns, "brief": brief, "text": text, "message": message,
        "examples": examples.len(), "intents": model.labels().len(), "training_s": trained, "model_bytes": bytes,
    }))
}
