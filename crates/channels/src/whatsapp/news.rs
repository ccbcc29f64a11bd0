//! What Meta tells about the business account ("Webhooks: message_template_status_update, message_template_quality_update,
//! message_template_components_update, template_category_update, account_update, account_review_update, account_alerts,
//! phone_number_quality_update").

use crate::json::{list, text};
use meridian_domain::{
    channel::news::{Judged, STANDING, StandingNews, TEMPLATE, TemplateNews},
    event::InboundEvent,
    template::TemplateState,
};
use serde_json::{Value, json};

/// Notes what a change says of templates and of how the account stands.
pub(super) fn note(field: &str, value: &Value, event: &mut InboundEvent) {
    if let Some(news) = template(field, value) {
        event.note(TEMPLATE, json!(news));
    }
    if let Some(news) = standing(field, value) {
        event.note(STANDING, json!(news));
    }
}

fn template(field: &str, value: &Value) -> Option<TemplateNews> {
    let owned = |path: &str| text(value, path).map(str::to_owned);
    let mut news = TemplateNews {
        name: owned("/message_template_name")?,
        language: owned("/message_template_language")?,
        ..TemplateNews::default()
    };
    match field {
        "message_template_status_update" => {
            let said = text(value, "/event")?;
            news.state = match said {
                "APPROVED" | "REINSTATED" => Some(TemplateState::Approved),
                "PENDING" | "IN_APPEAL" => Some(TemplateState::Pending),
                "REJECTED" | "LIMIT_EXCEEDED" => Some(TemplateState::Rejected),
                "PAUSED" | "DISABLED" | "PENDING_DELETION" | "ARCHIVED" | "LOCKED" => Some(TemplateState::Paused),
                // `FLAGGED` may still be sent until it is disabled; what comes next is left as it is.
                _ => None,
            };
            news.gone = said == "DELETED";
            // Of `other_info` and `rejection_info` the sentence counts, else the word.
            let why = ["/rejection_info/reason", "/other_info/description", "/reason", "/disable_info/disable_date"];
            let why = why.iter().find_map(|path| owned(path)).filter(|why| why != "NONE");
            let restored = news.state == Some(TemplateState::Approved);
            news.reason = Some(if restored { String::new() } else { why.unwrap_or_else(|| said.to_lowercase()) });
        }
        "message_template_quality_update" => {
            news.quality = Some(text(value, "/new_quality_score")?.to_lowercase());
        }
        "message_template_components_update" => news.reworded = true,
        // Without a new category it is announced alone.
        "template_category_update" => news.category = Some(text(value, "/new_category")?.to_lowercase()),
        _ => return None,
    }
    Some(news)
}

fn standing(field: &str, value: &Value) -> Option<StandingNews> {
    let word = |path: &str| text(value, path).unwrap_or_default();
    let news = |judged: Judged, reason: String| Some(StandingNews { judged, reason });
    match field {
        "account_update" => {
            let said = word("/event");
            let ban = value.pointer("/ban_info/waba_ban_state");
            let ban =
                ban.and_then(|ban| ban.as_str().or_else(|| ban.as_array()?.first()?.as_str())).unwrap_or_default();
            let detail = match said {
                "DISABLED_UPDATE" if ban == "REINSTATE" => return news(Judged::Restricted, String::new()),
                "ACCOUNT_RECONNECTED" => return news(Judged::Restricted, String::new()),
                "DISABLED_UPDATE" => [ban, word("/ban_info/waba_ban_date")].join(" "),
                "ACCOUNT_VIOLATION" => word("/violation_info/violation_type").to_owned(),
                "ACCOUNT_RESTRICTION" => {
                    let each = list(value, "restriction_info").filter_map(|one| text(one, "/restriction_type"));
                    each.take(10).collect::<Vec<_>>().join(", ")
                }
                "ACCOUNT_DELETED" | "ACCOUNT_OFFBOARDED" | "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED" => {
                    String::new()
                }
                _ => return None,
            };
            news(Judged::Restricted, format!("{said} {detail}").trim().to_owned())
        }
        "account_review_update" => match word("/decision") {
            "REJECTED" => news(Judged::Restricted, "the review of the business account: REJECTED".to_owned()),
            "APPROVED" => news(Judged::Restricted, String::new()),
            _ => None,
        },
        "account_alerts" => {
            let info = value.get("alert_info").unwrap_or(value);
            let of = |path: &str| text(info, path).unwrap_or_default();
            let grave = of("/alert_severity") == "CRITICAL" && of("/alert_status") != "NONE";
            grave
                .then(|| format!("{} {}", of("/alert_type"), of("/alert_description")).trim().to_owned())
                .and_then(|reason| news(Judged::Restricted, reason))
        }
        "phone_number_quality_update" => {
            let number = word("/display_phone_number");
            let limit = [word("/current_limit"), word("/max_daily_conversations_per_business")];
            let limit = limit.into_iter().find(|limit| !limit.is_empty()).unwrap_or_default();
            match word("/event") {
                said @ ("FLAGGED" | "DOWNGRADE") => {
                    news(Judged::Quality, format!("{said} {number} {limit}").trim().to_owned())
                }
                "UNFLAGGED" | "UPGRADE" => news(Judged::Quality, String::new()),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_template(field: &str, more: &Value) -> Option<TemplateNews> {
        let mut value =
            json!({ "message_template_id": 1, "message_template_name": "order", "message_template_language": "en_US" });
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        template(field, &value)
    }

    #[test]
    fn templates_change_their_state_words_category_and_quality() {
        let status = |said: &str, more: Value| {
            let mut value = more;
            value["event"] = json!(said);
            of_template("message_template_status_update", &value).unwrap()
        };
        let rejected = status("REJECTED", json!({ "reason": "INVALID_FORMAT" }));
        assert_eq!(
            (rejected.state, rejected.reason.as_deref()),
            (Some(TemplateState::Rejected), Some("INVALID_FORMAT"))
        );
        let approved = status("APPROVED", json!({ "reason": "NONE" }));
        assert_eq!((approved.state, approved.reason.as_deref()), (Some(TemplateState::Approved), Some("")));
        let paused = status(
            "PAUSED",
            json!({ "reason": "NONE", "other_info": { "title": "FIRST_PAUSE", "description": "Paused for 3 hours." } }),
        );
        assert_eq!(
            (paused.state, paused.reason.as_deref()),
            (Some(TemplateState::Paused), Some("Paused for 3 hours."))
        );
        assert!(status("DELETED", json!({})).gone);
        let flagged = status("FLAGGED", json!({ "reason": null }));
        assert_eq!((flagged.state, flagged.reason.as_deref()), (None, Some("flagged")));
        let quality = json!({ "previous_quality_score": "GREEN", "new_quality_score": "YELLOW" });
        assert_eq!(
            of_template("message_template_quality_update", &quality).unwrap().quality.as_deref(),
            Some("yellow")
        );
        assert!(of_template("message_template_components_update", &json!({})).unwrap().reworded);
        let moved = json!({ "previous_category": "UTILITY", "new_category": "MARKETING" });
        assert_eq!(of_template("template_category_update", &moved).unwrap().category.as_deref(), Some("marketing"));
        let announced = json!({ "correct_category": "MARKETING", "new_category": null });
        assert_eq!(of_template("template_category_update", &announced), None);
        assert_eq!(template("message_template_status_update", &json!({ "event": "APPROVED" })), None);
    }

    #[test]
    fn an_account_that_is_restricted_or_complained_about_says_so_until_it_is_over() {
        let said = |field: &str, value: Value| standing(field, &value).map(|news| (news.judged, news.reason));
        let banned = json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "DISABLE", "waba_ban_date": "May 4, 2026" } });
        assert_eq!(
            said("account_update", banned),
            Some((Judged::Restricted, "DISABLED_UPDATE DISABLE May 4, 2026".into()))
        );
        let back = json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": ["REINSTATE"] } });
        assert_eq!(said("account_update", back), Some((Judged::Restricted, String::new())));
        let held = json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [
            { "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1 }] });
        let held = said("account_update", held).unwrap().1;
        assert_eq!(held, "ACCOUNT_RESTRICTION RESTRICTED_BIZ_INITIATED_MESSAGING");
        assert_eq!(said("account_update", json!({ "event": "PARTNER_ADDED" })), None);
        assert_eq!(
            said("account_review_update", json!({ "decision": "APPROVED" })),
            Some((Judged::Restricted, String::new()))
        );
        let alert = |severity: &str| {
            json!({ "alert_info": { "alert_severity": severity, "alert_status": "ACTIVE",
            "alert_type": "OBA_REVOKED", "alert_description": "Look at it." } })
        };
        assert_eq!(said("account_alerts", alert("CRITICAL")).unwrap().1, "OBA_REVOKED Look at it.");
        assert_eq!(said("account_alerts", alert("INFORMATIONAL")), None);
        let number =
            |said: &str| json!({ "display_phone_number": "15550783881", "event": said, "current_limit": "TIER_1K" });
        assert_eq!(
            said("phone_number_quality_update", number("FLAGGED")),
            Some((Judged::Quality, "FLAGGED 15550783881 TIER_1K".into()))
        );
        assert_eq!(said("phone_number_quality_update", number("UNFLAGGED")), Some((Judged::Quality, String::new())));
        assert_eq!(said("phone_number_quality_update", number("ONBOARDING")), None);
    }
}
