use super::*;
use proptest::prelude::*;

const PHONE: &str = "+447700900901";

fn held<'a>(scheme: &'a str, value: &'a str, verified: Verification) -> Held<'a> {
    Held { scheme, value, scope: "", verified, declared: None, holders: 1, former: false }
}

fn schemes(list: &[&str]) -> Vec<String> {
    list.iter().map(|&scheme| scheme.to_owned()).collect()
}

fn values(held: Vec<Held<'_>>, allowed: &[&str]) -> Vec<String> {
    to_send(held, &schemes(allowed)).into_iter().map(|id| id.value).collect()
}

#[test]
fn only_what_is_verified_allowed_present_and_one_persons_is_sent() {
    use Verification::{Agent, Channel, Claimed, Token};
    let all = vec![
        held("phone_e164", PHONE, Channel),
        held("email", "ana@b.example", Token),
        held("crm_id", "C-1047", Agent),
        held("email", "claimed@b.example", Claimed),
        held("email", "info@b.example", Channel),
        held("wa_id", "447700900901", Channel),
        held("name", "Ana", Agent),
        Held { former: true, ..held("email", "old@b.example", Agent) },
        Held { declared: Some(Declared::Shared), ..held("phone_e164", "+447700900902", Agent) },
        Held { declared: Some(Declared::Blocked), ..held("phone_e164", "+447700900903", Agent) },
        Held { holders: 40, ..held("phone_e164", "+447700900904", Agent) },
    ];
    assert_eq!(values(all.clone(), &SCHEMES), ["C-1047", "ana@b.example", PHONE]);
    assert_eq!(values(all.clone(), &["wa_id"]), ["447700900901"]);
    assert_eq!(values(all, &["name"]), Vec::<String>::new(), "a name is never sent, whatever is allowed");
}

#[test]
fn weak_schemes_and_no_schemes_may_not_be_chosen() {
    for good in ["phone_e164", "email", "crm_id", "wa_id", "account", "document", "app_user"] {
        assert!(sendable(good), "{good}");
    }
    for bad in ["name", "web_visitor", "ip", "", "E-Mail", "a b"] {
        assert!(!sendable(bad), "{bad}");
    }
    assert!(!sendable(&"x".repeat(41)));
}

#[test]
fn other_identifiers_have_another_digest() {
    let one = |scheme: &str, scope: &str, value: &str| {
        digest("", &[Sent { scheme: scheme.into(), value: value.into(), scope: scope.into() }])
    };
    assert_eq!(one("email", "", "a@b.c"), one("email", "", "a@b.c"));
    assert_ne!(one("email", "", "a@b.c"), one("email", "a@b.c", ""));
    assert_ne!(one("ab", "", "c"), one("a", "", "bc"));
    assert_ne!(digest("https://a.example", &[]), digest("https://b.example", &[]));
}

#[test]
fn a_request_says_who_and_nothing_else() {
    let sent = to_send([held("phone_e164", PHONE, Verification::Channel)], &schemes(&SCHEMES));
    assert_eq!(
        request("cus_1", &sent, "en"),
        json!({ "type": "customer.lookup", "customer": "cus_1", "locale": "en",
                "identifiers": [{ "scheme": "phone_e164", "value": PHONE }] })
    );
}

#[test]
fn a_locale_is_short() {
    let read = |texts: &[&str]| texts.iter().map(|text| locale(text)).collect::<Vec<_>>();
    assert_eq!(read(&["en", "zh", "ZH_Hans", "de-AT-1996"]), ["en", "zh", "zh-Hans", "de-AT"]);
    assert_eq!(read(&["", "x", "1234", "en-\n", &"q".repeat(90)]), ["en", "en", "en", "en", "en"]);
}

#[test]
fn the_system_is_left_alone_longer_each_time_and_never_for_more_than_five_minutes() {
    assert_eq!((pause(0, None), pause(2, None)), (None, None));
    assert_eq!((pause(3, None), pause(4, None), pause(8, None)), (Some(10), Some(20), Some(300)));
    assert_eq!(pause(i32::MAX, None), Some(300));
    assert_eq!((pause(1, Some(30)), pause(1, Some(9_000)), pause(8, Some(1))), (Some(30), Some(300), Some(300)));
}

fn at(seconds: i64) -> Instant {
    Instant::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
}

#[test]
fn a_fresh_answer_is_shown_and_an_old_one_or_one_to_others_is_not() {
    let fresh = TimeDelta::seconds(300);
    let kept = |answered: Option<i64>, failed: Option<i64>| {
        Some(Kept { digest: "a", answered_at: answered.map(at), failed_at: failed.map(at) })
    };
    let plain = |kept, now| step(kept, "a", fresh, None, false, at(now));
    assert_eq!(plain(None, 0), Step::Ask);
    assert_eq!((plain(kept(Some(0), None), 299), plain(kept(Some(0), None), 300)), (Step::Show, Step::Ask));
    assert_eq!(step(kept(Some(0), None), "b", fresh, None, false, at(1)), Step::Ask);
    // A fault stands for a moment, also over an answer that would still be fresh.
    assert_eq!((plain(kept(Some(0), Some(5)), 14), plain(kept(Some(0), Some(5)), 15)), (Step::Show, Step::Ask));
    let again = |kept, now| step(kept, "a", fresh, None, true, at(now));
    assert_eq!((again(kept(Some(0), None), 4), again(kept(Some(0), None), 5)), (Step::Show, Step::Ask));
    let resting = |kept, now| step(kept, "a", fresh, Some(at(100)), false, at(now));
    assert_eq!(resting(None, 0), Step::Rest(at(100)));
    assert_eq!((resting(kept(Some(0), None), 50), resting(None, 100)), (Step::Show, Step::Ask));
}

fn says(body: &str) -> Result<Option<Answer>, String> {
    read(body.as_bytes()).map_err(|garbage| garbage.to_string())
}

#[test]
fn a_good_answer_is_read_and_its_activities_stand_newest_first() {
    let answer = says(
        r#"{"found": true, "name": " Ana Costa ", "facts": [{"label": "Balance", "value": "EUR 12.50", "link": "https://crm.example/1"}],
            "activities": [{"at": "2026-05-01T10:00:00Z", "title": "Order 1"},
                           {"at": "2026-05-04T12:20:00+02:00", "title": "Order 2", "detail": "", "amount": "EUR 3", "link": null}],
            "tags": ["gold"]}"#,
    )
    .unwrap()
    .unwrap();
    assert_eq!(answer.name.as_deref(), Some("Ana Costa"));
    assert_eq!(answer.facts[0].link.as_deref(), Some("https://crm.example/1"));
    let titles: Vec<&str> = answer.activities.iter().map(|one| one.title.as_str()).collect();
    assert_eq!((titles, answer.activities[0].detail.as_deref()), (vec!["Order 2", "Order 1"], None));
    assert_eq!(says("{}"), Ok(Some(Answer::default())));
    assert_eq!((says(r#"{"found": false}"#), says(r#"{"found": false, "facts": []}"#)), (Ok(None), Ok(None)));
}

#[test]
fn garbage_is_told_with_its_place() {
    let many = |n: usize, one: &str| vec![one; n].join(",");
    let long = "x".repeat(301);
    for (body, told) in [
        ("<html>".to_owned(), "the answer is not JSON: expected value at line 1 column 1"),
        ("[]".to_owned(), "the answer: is an object"),
        (
            r#"{"facs": []}"#.to_owned(),
            "the answer: has no field `facs`: known are found, name, facts, activities, tags",
        ),
        (r#"{"found": "no"}"#.to_owned(), "found: is true or false"),
        (r#"{"facts": {}}"#.to_owned(), "facts: is a list"),
        (
            r#"{"facts": [{"label": "a", "value": 7}]}"#.to_owned(),
            "facts[0].value: is a text of 1 to 300 characters in one line",
        ),
        (
            format!(r#"{{"facts": [{{"label": "a", "value": "{long}"}}]}}"#),
            "facts[0].value: is a text of 1 to 300 characters in one line",
        ),
        (
            r#"{"facts": [{"label": "a\nb", "value": "7"}]}"#.to_owned(),
            "facts[0].label: is a text of 1 to 60 characters in one line",
        ),
        (
            r#"{"facts": [{"label": "a", "value": "\u0000"}]}"#.to_owned(),
            "facts[0].value: is a text of 1 to 300 characters in one line",
        ),
        (format!(r#"{{"facts": [{}]}}"#, many(31, "1")), "facts: has at most 30 entries"),
        (format!(r#"{{"tags": [{}]}}"#, many(11, "\"t\"")), "tags: has at most 10 entries"),
        (
            r#"{"activities": [{"at": "yesterday", "title": "t"}]}"#.to_owned(),
            "activities[0].at: is a time after RFC 3339 like 2026-05-04T10:20:00Z",
        ),
        (
            r#"{"activities": [{"at": "9999-05-04T10:20:00Z", "title": "t"}]}"#.to_owned(),
            "activities[0].at: is a time after RFC 3339 like 2026-05-04T10:20:00Z",
        ),
        (format!(r#"{{"name": "{}"}}"#, "x".repeat(LARGEST)), "the answer is larger than 64 KiB"),
    ] {
        assert_eq!(says(&body).unwrap_err(), told);
    }
}

#[test]
fn links_lead_to_the_web_alone() {
    let linked = |link: &str| says(&json!({ "facts": [{ "label": "a", "value": "b", "link": link }] }).to_string());
    for good in [
        "https://crm.example/a?b=c#d",
        "HTTP://crm.example",
        "https://[2606:4700::1111]:8443/",
        "http://crm.example/@ana",
    ] {
        assert!(linked(good).is_ok(), "{good}");
    }
    for bad in [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)//https://x",
        "data:text/html,x",
        "ftp://crm.example",
        "/customers/1",
        "https://",
        "https:///etc",
        "https://bank.example@evil.example/",
        "https://a.example\\@evil.example",
        "https://a.example/ b",
    ] {
        assert!(linked(bad).is_err(), "{bad}");
    }
}

fn exchange(status: Option<u16>, body: &str, fault: Option<Fault>) -> Exchange {
    let (headers, took) = (Value::Null, Duration::ZERO);
    Exchange { headers, status, body: body.into(), retry_after_s: None, fault, took }
}

#[test]
fn an_exchange_is_an_answer_nobody_or_a_fault() {
    let of = |status: u16, body: &str| understand(&exchange(Some(status), body, None)).map_err(|fault| fault.kind);
    assert_eq!(of(200, "{}"), Ok(Some(Answer::default())));
    assert_eq!((of(404, "<html>"), of(200, r#"{"found":false}"#)), (Ok(None), Ok(None)));
    assert_eq!((of(302, "{}"), of(500, "{}")), (Err(FaultKind::Redirect), Err(FaultKind::Status)));
    assert_eq!((of(401, ""), of(204, "")), (Err(FaultKind::Status), Err(FaultKind::Garbage)));
    assert_eq!(of(200, &"x".repeat(LARGEST + 1)), Err(FaultKind::TooLarge));
    let slow = Fault::new(FaultKind::Slow, "no answer within 1 s");
    assert_eq!(understand(&exchange(None, "", Some(slow.clone()))), Err(slow));
    assert!(FaultKind::ALL.iter().all(|kind| FaultKind::from_code(kind.code()) == Some(*kind)));
    assert!(!FaultKind::Garbage.of_system() && FaultKind::Slow.of_system());
}

proptest! {
    #[test]
    fn whatever_is_read_is_within_bounds_and_read_again_the_same(
        body in prop::sample::select(vec!["", "{", "{\"facts\":", "null", "\"x\""]), more in "\\PC{0,60}",
        labels in prop::collection::vec("\\PC{0,70}", 0..35), link in prop::option::of("(https?://)?[ -~]{0,30}"),
        days in prop::collection::vec(0i64..20_000, 0..35), name in prop::option::of(".{0,220}"),
    ) {
        // Anything may come, and nothing panics.
        let _ = read(format!("{body}{more}").as_bytes());
        let facts: Vec<Value> = labels.iter().map(|label| json!({ "label": label, "value": label, "link": link })).collect();
        let activities: Vec<Value> = days.iter()
            .map(|day| json!({ "at": at(day * 86_400).to_rfc3339(), "title": format!("t{day}"), "link": link }))
            .collect();
        let whole = json!({ "name": name, "facts": facts, "activities": activities });
        if let Ok(Some(answer)) = read(whole.to_string().as_bytes()) {
            prop_assert!(answer.facts.len() <= 30 && answer.activities.len() <= 30);
            prop_assert!(answer.activities.windows(2).all(|pair| pair[0].at >= pair[1].at));
            let texts = answer.facts.iter().flat_map(|fact| [&fact.label, &fact.value]).chain(&answer.name);
            prop_assert!(texts.into_iter().all(|text| !text.is_empty() && !text.chars().any(char::is_control)));
            let links = answer.facts.iter().filter_map(|fact| fact.link.as_deref());
            prop_assert!(links.into_iter().all(|link| link.to_lowercase().starts_with("http")));
            // What is kept is read back as it is.
            let again = read(&serde_json::to_vec(&answer).unwrap()).unwrap();
            prop_assert_eq!(again, Some(answer));
        }
    }

    #[test]
    fn the_order_in_which_identifiers_are_known_is_no_matter(
        numbers in prop::collection::vec(900_000u32..900_040, 0..40), seed in 0usize..40,
    ) {
        let texts: Vec<String> = numbers.iter().map(|n| format!("ana{n}@b.example")).collect();
        let mut turned = texts.clone();
        turned.rotate_left(if texts.is_empty() { 0 } else { seed % texts.len() });
        let of = |texts: &[String]| to_send(texts.iter().map(|text| held("email", text, Verification::Agent)), &schemes(&SCHEMES));
        let (one, other) = (of(&texts), of(&turned));
        prop_assert!(one.len() <= MOST);
        prop_assert_eq!(digest("", &one), digest("", &other));
        // Another identifier is another digest.
        let more = [texts.clone(), vec!["zoe@b.example".to_owned()]].concat();
        prop_assert!(one.len() == MOST || digest("", &one) != digest("", &of(&more)));
    }

    #[test]
    fn an_answer_to_other_identifiers_never_holds_and_a_resting_system_is_never_asked(
        answered in prop::option::of(0i64..1000), failed in prop::option::of(0i64..1000), now in 1000i64..2000,
        rests in prop::option::of(0i64..3000), again in any::<bool>(), same in any::<bool>(), fresh in 10i64..86_400,
    ) {
        let kept = Kept { digest: if same { "a" } else { "b" }, answered_at: answered.map(at), failed_at: failed.map(at) };
        let taken = step(Some(kept), "a", TimeDelta::seconds(fresh), rests.map(at), again, at(now));
        prop_assert!(same || taken != Step::Show);
        let resting = rests.is_some_and(|until| until > now);
        prop_assert!(!resting || taken != Step::Ask);
        prop_assert!(resting || !matches!(taken, Step::Rest(_)));
    }
}
