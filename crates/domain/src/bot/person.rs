//! "Talk to a person", whatever the bot makes of it.

/// What asks for a person when it is all that was written.
const ALONE: &[&str] = &[
    "agent", "human", "person", "operator", "representative", "real person", "live agent", "help desk", "advisor", "adviser",
    "mitarbeiter", "mensch", "berater", "agente", "persona", "humano", "operador", "asesor", "conseiller", "humain",
    "operatore", "atendente", "medewerker", "оператор", "человек", "人工", "转人工", "轉人工", "人工客服", "真人", "客服",
    "担当者", "オペレーター", "상담원",
];

/// What asks for a person wherever it stands.
const INSIDE: &[&str] = &[
    "talk to a person", "talk to a human", "talk to someone", "talk to somebody", "talk to an agent", "talk to a real",
    "talk to your staff", "talk with a person", "talk with a human", "speak to a person", "speak to a human",
    "speak to someone", "speak to an agent", "speak to a real", "speak with a person", "speak with a human",
    "speak with someone", "speak with an agent", "chat with a person", "chat with a human", "chat with an agent",
    "connect me to a", "connect me with a", "connect me to an agent", "transfer me to a", "transfer me to an agent",
    "want a human", "want a person", "want a real person", "need a human", "need a person", "need a real person",
    "get me a human", "get me an agent", "human please", "agent please", "person please", "live agent", "customer service agent",
    "mit einem menschen", "mit einem mitarbeiter", "mit jemandem sprechen", "echten menschen",
    "hablar con una persona", "hablar con un agente", "hablar con alguien", "con un humano",
    "parler à quelqu", "parler a quelqu", "parler à un conseiller", "parler à un humain", "parler à une personne",
    "parlare con una persona", "parlare con un operatore", "falar com uma pessoa", "falar com um atendente",
    "met een medewerker", "поговорить с человеком", "позовите оператора", "соедините с оператором",
    "转人工", "轉人工", "转接人工", "找人工", "要人工", "人工服务", "人工客服", "接人工", "真人客服", "跟人说", "和真人",
    "担当者と話", "人と話したい", "オペレーターに", "상담원 연결", "사람과 통화",
];

/// What turns it round when it stands before.
const REFUSED: &[&str] = &[
    "don't want to", "do not want to", "dont want to", "no need to", "rather not", "without having to", "never want to",
    "不要", "不用", "不想", "无需", "别转", "別轉",
];

/// Whether a customer asks for a person.
pub fn wants_person(text: &str) -> bool {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('’', "'");
    let bare = flat.trim_matches(|c: char| !c.is_alphanumeric());
    if ALONE.contains(&bare) {
        return true;
    }
    let asked = |words: &str| flat.find(words).is_some_and(|at| !REFUSED.iter().any(|no| flat[..at].contains(no)));
    flat.chars().count() <= 500 && INSIDE.iter().any(|words| asked(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_asked_for_in_many_words() {
        for text in [
            "Agent!", "  human ", "Can I talk to a person?", "I want to SPEAK   to someone now", "Get me a human",
            "转人工", "我要转人工客服", "请帮我接人工", "Quiero hablar con una persona", "Je veux parler à un conseiller",
            "Ich möchte mit einem Menschen sprechen", "人と話したいです",
        ] {
            assert!(wants_person(text), "{text}");
        }
        for text in [
            "My travel agent booked two rooms", "I am a person of few words", "I don't want to talk to a person",
            "Is this human hair?", "人工智能是什么", "不要转人工", "The operator of the train was late", "",
        ] {
            assert!(!wants_person(text), "{text}");
        }
    }
}
