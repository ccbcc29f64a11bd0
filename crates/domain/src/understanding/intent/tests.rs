//! The whole of it, on small made-up requests.

use super::{Example, Model, OUT_OF_SCOPE, Refused, codec::MARK, train};
use proptest::prelude::*;
use std::sync::LazyLock;

fn example(text: &str, label: &str) -> Example {
    Example { text: text.into(), context: String::new(), labels: vec![label.into()] }
}

fn small() -> Vec<Example> {
    let mut all = Vec::new();
    for thing in ["kettle", "lamp", "chair", "phone case", "blue shirt", "bag"] {
        all.push(example(&format!("I want my money back for the {thing}"), "refund"));
        all.push(example(&format!("please refund the {thing} I returned"), "refund"));
        all.push(example(&format!("where is the {thing} I ordered"), "tracking"));
        all.push(example(&format!("when will my {thing} arrive"), "tracking"));
        all.push(example(&format!("我想退掉这个{thing}，请退款"), "refund"));
        all.push(example(&format!("我的{thing}什么时候到货"), "tracking"));
    }
    all
}

#[test]
fn learns_two_intents_in_two_languages() {
    let model = train(&small()).unwrap();
    assert_eq!(model.predict("refund my table please", "").label, "refund");
    assert_eq!(model.predict("when does the table arrive?", "").label, "tracking");
    assert_eq!(model.predict("请给我退款", "").label, "refund");
    let score = model.predict("please refund the lamp", "").score;
    assert!(score > 0.5 && score <= 1.0, "{score}");
}

#[test]
fn several_labels_and_the_turn_before() {
    let mut all = Vec::new();
    for i in 0..12 {
        let both = Example {
            text: format!("hello, I need room {i}"),
            context: String::new(),
            labels: vec!["greet".into(), "book".into()],
        };
        all.push(both);
        all.push(example(&format!("I need room {i} and a bed"), "book"));
        all.push(example(&format!("hello my friend {i}"), "greet"));
        all.push(Example { text: format!("yes {i}"), context: "shall I book it?".into(), labels: vec!["book".into()] });
        all.push(Example { text: format!("yes {i}"), context: "is that all?".into(), labels: vec!["bye".into()] });
    }
    let model = train(&all).unwrap();
    assert!(model.multi());
    assert_eq!(model.predict("hello, I need a room", "").labels, ["book", "greet"]);
    assert_eq!(model.predict("yes", "shall I book it?").labels, ["book"]);
    assert_eq!(model.predict("yes", "is that all?").labels, ["bye"]);
}

#[test]
fn refuses_what_cannot_be_learnt() {
    assert_eq!(train(&[]), Err(Refused::Empty));
    let one = [example("a b", "x"), example("c d", "x")];
    assert_eq!(train(&one), Err(Refused::OneLabel("x".into())));
    let same = vec![example("a b", "x"), example("c d", "y"), example("a b", "x"), example("A b ", "x")];
    assert_eq!(train(&same), Err(Refused::OnlyDuplicates));
}

#[test]
fn the_same_examples_give_the_same_bytes_and_bytes_give_the_model() {
    let model = train(&small()).unwrap();
    let bytes = model.to_bytes();
    assert_eq!(train(&small()).unwrap().to_bytes(), bytes);
    assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
    assert!(Model::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(Model::from_bytes(b"something else").is_err());
    let mut older = bytes;
    older[MARK.len() - 1] -= 1;
    let refused = Model::from_bytes(&older).unwrap_err().to_string();
    assert!(refused.ends_with("train it again"), "{refused}");
}

#[test]
fn out_of_scope_is_learnt_from_its_examples() {
    let mut all = small();
    for text in ["tell me a joke", "what is the weather", "sing a song", "who won the match", "play some jazz"] {
        all.push(example(text, OUT_OF_SCOPE));
    }
    let model = train(&all).unwrap();
    assert!(!model.labels().iter().any(|label| label == OUT_OF_SCOPE));
    let known = model.predict("please refund the chair", "").score;
    let unknown = model.predict("sing me some jazz", "");
    assert!(unknown.score < known);
    assert_ne!(unknown.best, OUT_OF_SCOPE);
}

proptest! {
    #[test]
    fn any_text_has_a_score_between_nought_and_one(text in "\\PC{0,80}") {
        static MODEL: LazyLock<Model> = LazyLock::new(|| train(&small()).unwrap());
        let said = MODEL.predict(&text, "");
        prop_assert!((0.0..=1.0).contains(&said.score));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut all = MARK.to_vec();
        all.extend(bytes);
        let _ = Model::from_bytes(&all);
    }
}
