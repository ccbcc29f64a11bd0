//! Mail that a provider takes for us, posted as it documents; what leaves goes by SMTP, and it reports what became of it.

use super::{PATIENCE, accept_first, ada, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::{
    agent::Agent,
    mail::{MailServer, Taken},
    senders::sha256_hex,
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const CONNECT: &str = "mutation($i: ChannelAccountConnectInput!) { channelAccountConnect(input: $i) {
    channelAccount { webhookUrl } generatedSecrets { name value } userErrors { message } } }";
const SEND: &str = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"It leaves today.\" }) {
    userErrors { message } } }";
const FORM: &str = "multipart/form-data; boundary=x";

/// A mailbox at a provider, connected as an admin does it.
struct Mailbox {
    provider: &'static str,
    url: String,
    password: String,
}

impl Mailbox {
    async fn connect(stack: &Stack, ada: &Agent, provider: &'static str, smtp: u16) -> Result<Self> {
        let queues = ada.query("{ queues { id } }", json!({})).await?;
        let settings: Vec<Value> = [
            ("from", json!(format!("help@{provider}.example"))),
            ("domain", json!(format!("{provider}.example"))),
            ("provider", json!(provider)),
            ("smtp_host", json!("127.0.0.1")),
            ("smtp_port", json!(smtp)),
            ("smtp_tls", json!("none")),
        ]
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .into();
        let input = json!({ "i": { "kind": "email", "name": provider, "queueId": queues["queues"][0]["id"],
            "settings": settings, "secrets": [{ "name": "signing_key", "value": "key" }] } });
        let made = &ada.query(CONNECT, input).await?["channelAccountConnect"];
        let secrets = made["generatedSecrets"].as_array().with_context(|| format!("{made}"))?;
        let password = secrets.iter().find(|secret| secret["name"] == "inbound_token").context("a password")?;
        let url = made["channelAccount"]["webhookUrl"].as_str().context("an address")?;
        Ok(Self {
            provider,
            url: url.replacen(&stack.app.public_url, &stack.base, 1),
            password: password["value"].as_str().unwrap_or_default().to_owned(),
        })
    }

    /// What the hook answers to a post under a password.
    async fn post(&self, content_type: &str, body: String, password: &str) -> Result<u16> {
        let post = reqwest_client().post(&self.url).header("content-type", content_type);
        // Mailgun signs instead.
        let post = if self.provider == "mailgun" { post } else { post.basic_auth("any", Some(password)) };
        Ok(post.body(body).send().await?.status().as_u16())
    }

    /// A mail of Ida's, in the provider's own form.
    fn mail(&self, key: &str) -> Result<(&'static str, String)> {
        let id = format!("<1@{}.example.org>", self.provider);
        let (from, address) = ("Ida <ida@example.org>", format!("ida@{}.example.org", self.provider));
        let from = from.replace("ida@example.org", &address);
        let raw = format!(
            "From: {from}\r\nTo: help@{0}.example\r\nSubject: Kettle\r\nMessage-ID: {id}\r\n\r\nIt broke.",
            self.provider
        );
        Ok(match self.provider {
            "sendgrid" => (FORM, form(&[("email", &raw), ("from", &from)])),
            "mailgun" => {
                let (at, token) = (unix().to_string(), "token-1");
                let mac = sha256_hex(key, &format!("{at}{token}"))?;
                (FORM, form(&[("timestamp", &at), ("token", token), ("signature", &mac), ("body-mime", &raw)]))
            }
            "postmark" => {
                let headers = json!([{ "Name": "Message-ID", "Value": id }]);
                let body = json!({ "FromFull": { "Email": address, "Name": "Ida" }, "Subject": "Kettle",
                    "Headers": headers, "TextBody": "It broke.", "MessageID": "its-own" });
                ("application/json", body.to_string())
            }
            _ => {
                let headers = json!({ "From": from, "Message-ID": [id], "Subject": "Kettle" });
                let body = json!({ "Headers": headers, "Parts": [], "Text-part": "It broke." });
                ("application/json", body.to_string())
            }
        })
    }

    /// The report that our mail was delivered.
    fn delivered(&self, sent: &Taken) -> Result<String> {
        let (at, token) = (unix().to_string(), "token-2");
        let ours = sent.field("Message-ID").context("an id")?;
        let carried = |name: &str| sent.field(name).with_context(|| format!("no {name}"));
        let report = match self.provider {
            "sendgrid" => json!([{ "event": "delivered", "email": "ida@sendgrid.example.org", "smtp-id": ours,
                "timestamp": unix(), "sg_event_id": "e1" }]),
            "mailgun" => json!({
                "signature": { "timestamp": at, "token": token, "signature": sha256_hex("key", &format!("{at}{token}"))? },
                "event-data": { "event": "delivered", "id": "e1", "timestamp": unix(), "recipient": "ida@mailgun.example.org",
                    "message": { "headers": { "message-id": ours.trim_matches(['<', '>']) } } } }),
            // These two know the mail by a name that they gave it themselves.
            "postmark" => json!({ "RecordType": "Delivery", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
                "Recipient": "ida@postmark.example.org", "DeliveredAt": "2026-05-04T12:00:00Z",
                "Metadata": { "delivery": carried("X-PM-Metadata-delivery")? } }),
            _ => json!({ "event": "sent", "email": "ida@mailjet.example.org", "MessageID": 19_421_777_835_146_490_u64,
                "time": unix(), "CustomID": carried("X-MJ-CustomID")? }),
        };
        Ok(report.to_string())
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(field).collect::<String>() + "--x--\r\n"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_comes_by_each_provider_is_answered_and_its_report_counts() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (mut people, server, ada) = (both_sites(&stack).await?, MailServer::start().await?, ada(&stack).await?);
    for (n, provider) in ["sendgrid", "mailgun", "postmark", "mailjet"].into_iter().enumerate() {
        let mailbox = Mailbox::connect(&stack, &ada, provider, server.port).await?;
        let (content_type, forged) = mailbox.mail("another key")?;
        ensure!(mailbox.post(content_type, forged, "guessed").await? == 401, "{provider}: a forged mail is taken");
        let (content_type, mail) = mailbox.mail("key")?;
        for _ in 0..2 {
            ensure!(mailbox.post(content_type, mail.clone(), &mailbox.password).await? == 200, "{provider}");
        }
        let (who, conversation) = accept_first(&mut people).await.with_context(|| provider)?;
        let agent = people[who].0.clone();
        let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 9) { nodes { kind text } } } }";
        let seen = agent.query(look, json!({ "c": conversation })).await?;
        let nodes = seen["conversation"]["timeline"]["nodes"].as_array().context("nodes")?.clone();
        let messages: Vec<_> = nodes.iter().filter(|node| node["kind"] == "message").map(|m| &m["text"]).collect();
        assert_eq!(messages, ["It broke."], "{provider}: posted twice, there once");
        let sent = agent.query(SEND, json!({ "c": conversation })).await?;
        ensure!(sent["messageSend"]["userErrors"] == json!([]), "{provider}: {sent}");
        stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
        let out = server.taken();
        ensure!(out.len() == n + 1 && out[n].to == [format!("ida@{provider}.example.org")], "{provider}: {out:?}");
        let report = mailbox.delivered(&out[n])?;
        ensure!(mailbox.post("application/json", report, &mailbox.password).await? == 200, "{provider}: a report");
        stack
            .settle("select count(*) from delivery where state = 'delivered'", i64::try_from(n)? + 1, PATIENCE)
            .await
            .with_context(|| provider)?;
    }
    stack.finish().await
}
