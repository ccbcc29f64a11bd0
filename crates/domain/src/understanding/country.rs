//! The languages a phone number lets expect: what a short text leaves open, its country settles.

/// Calling codes (ITU-T E.164) with the languages that customers of those countries write most.
const SPOKEN: &[(&str, &[&str])] = &[
    ("1", &["en", "es"]),
    ("20", &["ar"]),
    ("212", &["ar", "fr"]),
    ("213", &["ar", "fr"]),
    ("216", &["ar", "fr"]),
    ("218", &["ar"]),
    ("221", &["fr"]),
    ("225", &["fr"]),
    ("233", &["en"]),
    ("234", &["en"]),
    ("237", &["fr", "en"]),
    ("244", &["pt"]),
    ("249", &["ar"]),
    ("254", &["en"]),
    ("256", &["en"]),
    ("258", &["pt"]),
    ("27", &["en"]),
    ("30", &["el"]),
    ("31", &["nl"]),
    ("32", &["nl", "fr"]),
    ("33", &["fr"]),
    ("34", &["es"]),
    ("351", &["pt"]),
    ("352", &["fr", "de"]),
    ("353", &["en"]),
    ("354", &["is"]),
    ("36", &["hu"]),
    ("370", &["lt"]),
    ("371", &["lv"]),
    ("375", &["ru", "be"]),
    ("380", &["uk", "ru"]),
    ("381", &["sr"]),
    ("389", &["mk"]),
    ("39", &["it"]),
    ("40", &["ro"]),
    ("41", &["de", "fr", "it"]),
    ("420", &["cs"]),
    ("421", &["sk"]),
    ("423", &["de"]),
    ("43", &["de"]),
    ("44", &["en"]),
    ("45", &["da"]),
    ("46", &["sv"]),
    ("47", &["nb", "nn"]),
    ("48", &["pl"]),
    ("49", &["de"]),
    ("502", &["es"]),
    ("503", &["es"]),
    ("504", &["es"]),
    ("505", &["es"]),
    ("506", &["es"]),
    ("507", &["es"]),
    ("51", &["es"]),
    ("52", &["es"]),
    ("53", &["es"]),
    ("54", &["es"]),
    ("55", &["pt"]),
    ("56", &["es"]),
    ("57", &["es"]),
    ("58", &["es"]),
    ("591", &["es"]),
    ("593", &["es"]),
    ("595", &["es"]),
    ("598", &["es"]),
    ("60", &["en", "zh"]),
    ("61", &["en"]),
    ("62", &["id"]),
    ("63", &["en"]),
    ("64", &["en"]),
    ("65", &["en", "zh"]),
    ("66", &["th"]),
    ("7", &["ru"]),
    ("81", &["ja"]),
    ("82", &["ko"]),
    ("84", &["vi"]),
    ("852", &["zh", "en"]),
    ("853", &["zh", "pt"]),
    ("86", &["zh"]),
    ("880", &["bn"]),
    ("886", &["zh"]),
    ("90", &["tr"]),
    ("91", &["hi", "en"]),
    ("92", &["ur", "en"]),
    ("961", &["ar"]),
    ("962", &["ar"]),
    ("963", &["ar"]),
    ("964", &["ar"]),
    ("965", &["ar"]),
    ("966", &["ar"]),
    ("967", &["ar"]),
    ("968", &["ar"]),
    ("970", &["ar"]),
    ("971", &["ar", "en"]),
    ("972", &["he"]),
    ("973", &["ar"]),
    ("974", &["ar"]),
    ("976", &["mn"]),
    ("977", &["hi"]),
    ("98", &["fa"]),
    ("994", &["az"]),
    ("995", &["ka"]),
];

/// The languages expected of an E.164 number, with or without its `+`; none where its country tells nothing. No calling
/// code is the start of another, so one alone fits.
pub fn spoken(e164: &str) -> &'static [&'static str] {
    let digits = e164.strip_prefix('+').unwrap_or(e164);
    SPOKEN.iter().find(|(code, _)| digits.starts_with(code)).map_or(&[], |(_, languages)| languages)
}

#[cfg(test)]
mod tests {
    use super::{SPOKEN, spoken};
    use crate::understanding::language::among;

    #[test]
    fn no_code_is_the_start_of_another() {
        for (n, (code, _)) in SPOKEN.iter().enumerate() {
            let others = SPOKEN.iter().enumerate().filter(|(m, _)| *m != n);
            assert!(others.map(|(_, (other, _))| other).all(|other| !other.starts_with(code)), "{code}");
        }
    }

    #[test]
    fn the_country_settles_what_two_words_leave_open_and_no_more() {
        assert_eq!(spoken("+4915112345678"), ["de"]);
        assert_eq!(spoken("8613800138000"), ["zh"]);
        assert!(spoken("+99912345").is_empty() && spoken("").is_empty());
        let said = |number| among("Problema con factura", spoken(number)).map(|guess| guess.lang);
        assert_eq!(said("+5215512345678"), Some("es"));
        assert_eq!(among("Where is my parcel, please?", spoken("+4915112345678")).map(|guess| guess.lang), Some("en"));
    }
}
