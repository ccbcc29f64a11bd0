use super::*;
use serde_json::json;

/// A folder of our own: one good message, one forged, one the adapter does not know.
#[test]
fn a_folder_is_replayed_line_by_line() {
    let dir = std::env::temp_dir().join(format!("meridian-replay-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let update = json!({ "update_id": 7, "message": {
        "message_id": 1, "date": 1_777_890_000, "chat": { "id": 5, "type": "private" },
        "from": { "id": 5, "first_name": "Lena", "language_code": "de" }, "text": "hallo" } });
    std::fs::write(dir.join("a.json"), update.to_string()).unwrap();
    std::fs::write(dir.join("b.json"), json!({ "update_id": 8, "teleport": {} }).to_string()).unwrap();
    let good = json!({ "X-Telegram-Bot-Api-Secret-Token": "s" });
    let index = json!({
        "channel": "telegram", "defaults": { "secret_token": "s" },
        "fixtures": [
            { "id": "good", "file": "a.json", "kind": "webhook", "request": { "headers": good } },
            { "id": "forged", "file": "a.json", "kind": "webhook", "request": { "headers": {} } },
            { "id": "new", "file": "b.json", "kind": "webhook", "request": { "headers": good } }
        ]
    });
    std::fs::write(dir.join("index.json"), index.to_string()).unwrap();
    let mut lines = Vec::new();
    replay(&dir, 2, |line| {
        lines.push(line.clone());
        Ok(())
    })
    .unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["verdict"], lines[0]["events"].as_array().unwrap().len()), (&json!("accept"), 1));
    assert_eq!(lines[0]["events"][0]["text"], "hallo");
    assert_eq!(lines[0]["events"][0]["sender"]["language"], "de");
    assert_eq!(lines[1]["verdict"], "reject");
    assert_eq!(lines[2]["events"][0]["kind"], "unknown_event");
}
