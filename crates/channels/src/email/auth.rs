//! Who vouches for the sender: the Authentication-Results of the tenant's own receiving server (RFC 8601), our own checks
//! of a mail that came straight to us, and nobody else.

use super::read::Mail;
use meridian_domain::{channel::AccountConfig, event::Verification};
use serde_json::{Value, json};

/// Results of the checks, by method, as the trusted server reports them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Results(Vec<Outcome>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Outcome {
    method: String,
    result: String,
    /// `header.d` and the like.
    properties: Vec<(String, String)>,
}

impl Outcome {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Results {
    /// The results in the topmost field, if our own server wrote it: senders add theirs below.
    pub(crate) fn of(account: &AccountConfig, mail: &Mail) -> Self {
        let ours = account.setting("authserv_id").unwrap_or_default();
        let first = mail.header("authentication-results").next().and_then(parse);
        match first {
            Some((by, results)) if !ours.is_empty() && by.eq_ignore_ascii_case(ours) => results,
            _ => Self::default(),
        }
    }

    /// The same from a provider that reports checks beside the mail.
    pub(crate) fn reported(spf: Option<(&str, &str)>, dkim: Vec<(String, String)>) -> Self {
        let outcome = |method: &str, result: &str, name: &str, value: &str| Outcome {
            method: method.to_owned(),
            result: result.to_lowercase(),
            properties: vec![(name.to_owned(), value.to_lowercase())],
        };
        let spf = spf.map(|(result, from)| outcome("spf", result, "smtp.mailfrom", from));
        let dkim = dkim.iter().map(|(domain, result)| outcome("dkim", result, "header.d", domain));
        Self(spf.into_iter().chain(dkim).collect())
    }

    /// Our own checks of a mail that came straight to us, as they were stored beside it when it came.
    pub(crate) fn checked(part: &Value) -> Option<Self> {
        let checks = part.get("checks")?;
        let text = |name: &str| checks.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let outcome = |method: &str, properties: Vec<(String, String)>| Outcome {
            method: method.to_owned(),
            result: text(method),
            properties,
        };
        let from = vec![("header.from".to_owned(), text("from"))];
        Some(Self(vec![outcome("spf", Vec::new()), outcome("dkim", Vec::new()), outcome("dmarc", from)]))
    }

    fn outcome(&self, method: &str) -> Option<&Outcome> {
        self.0.iter().find(|outcome| outcome.method == method)
    }

    /// How far the sender's address is proven: by DMARC of the domain in From (RFC 7489) and by nothing less. DKIM or SPF
    /// alone say who carried the mail, not that the domain stands behind its From.
    pub(crate) fn level(&self, mail: &Mail) -> Verification {
        let domain = mail.from.as_ref().and_then(|from| from.email.rsplit_once('@')).map(|(_, d)| d.to_lowercase());
        let Some(domain) = domain.filter(|_| mail.authors == 1) else { return Verification::Claimed };
        let same = |value: &str| value.rsplit('@').next().is_some_and(|given| given.eq_ignore_ascii_case(&domain));
        let passed = |dmarc: &Outcome| dmarc.result == "pass" && dmarc.property("header.from").is_none_or(same);
        if self.outcome("dmarc").is_some_and(passed) { Verification::Channel } else { Verification::Claimed }
    }

    /// For the record.
    pub(crate) fn shown(&self) -> Value {
        let shown: serde_json::Map<String, Value> =
            self.0.iter().rev().map(|outcome| (outcome.method.clone(), json!(outcome.result))).collect();
        if shown.is_empty() { Value::Null } else { Value::Object(shown) }
    }
}

/// `authserv-id [version]; method[/version]=result [reason=..] [property=value ..]; ..` with comments and quoted strings
/// anywhere: neither may smuggle in a result.
fn parse(field: &str) -> Option<(String, Results)> {
    let sections = sections(field);
    let mut sections = sections.iter();
    let by = sections.next()?.first()?.clone();
    let outcome = |words: &Vec<String>| {
        let (method, result) = words.first()?.split_once('=')?;
        let properties = words.iter().skip(1).filter_map(|word| word.split_once('='));
        Some(Outcome {
            method: method.split('/').next()?.to_lowercase(),
            result: result.to_lowercase(),
            properties: properties.map(|(key, value)| (key.to_lowercase(), value.to_lowercase())).collect(),
        })
    };
    Some((by, Results(sections.filter_map(outcome).take(50).collect())))
}

/// Words by section, without comments; a quoted string is part of its word.
fn sections(field: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut word = String::new();
    let (mut comment, mut quoted, mut escaped) = (0usize, false, false);
    for c in field.chars().take(8192).chain([';']) {
        if escaped {
            escaped = false;
            if quoted {
                word.push(c);
            }
            continue;
        }
        match c {
            '\\' if quoted || comment > 0 => escaped = true,
            '"' if comment == 0 => quoted = !quoted,
            _ if quoted => word.push(c),
            '(' => comment += 1,
            ')' => comment = comment.saturating_sub(1),
            _ if comment > 0 => {}
            ';' | ' ' | '\t' => {
                if let (false, Some(section)) = (word.is_empty(), all.last_mut()) {
                    section.push(std::mem::take(&mut word));
                }
                if c == ';' {
                    all.push(Vec::new());
                }
            }
            _ => word.push(c),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_checks_prove_the_domain_they_were_made_for() {
        let level = |from: &str, checks: Value| {
            let mail = super::super::read(format!("From: {from}\r\n\r\nx").as_bytes());
            Results::checked(&json!({ "checks": checks })).unwrap().level(&mail)
        };
        let passed = json!({ "spf": "none", "dkim": "pass", "dmarc": "pass", "from": "shop.example" });
        assert_eq!(level("a@Shop.example", passed.clone()), Verification::Channel);
        assert_eq!(level("a@other.example", passed.clone()), Verification::Claimed);
        assert_eq!(level("a@shop.example, b@shop.example", passed), Verification::Claimed);
        let late = json!({ "spf": "pass", "dkim": "pass", "dmarc": "temperror", "from": "shop.example" });
        assert_eq!(level("a@shop.example", late), Verification::Claimed);
        assert!(Results::checked(&json!({ "headers": { "checks": "dmarc=pass" } })).is_none());
    }

    #[test]
    fn comments_and_quotes_smuggle_nothing_in() {
        let (by, results) = parse(
            "mx.shop.example 1; spf=fail (a; dmarc=pass) smtp.mailfrom=\"x; dmarc=pass\"; dkim=pass header.d=Example.org",
        )
        .unwrap();
        assert_eq!(by, "mx.shop.example");
        assert!(results.outcome("dmarc").is_none());
        assert_eq!(results.outcome("dkim").map(|dkim| dkim.result.as_str()), Some("pass"));
        assert_eq!(results.0[1].property("header.d"), Some("example.org"));
    }
}
