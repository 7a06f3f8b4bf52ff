use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const ANN: &str = "0190d5a0-0000-7000-8000-000000000001";

fn tokens() -> Tokens {
    Tokens::new(&Secret::new(SECRET)).unwrap()
}

fn soon() -> i64 {
    Utc::now().timestamp() + 60
}

/// Signs a token with any claims, as an issuer would.
fn signed(claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn why(claims: Value) -> Refusal {
    tokens().judge(&signed(&claims)).unwrap_err()
}

#[test]
fn what_is_minted_is_accepted() {
    let claims = Claims {
        user_id: ANN.parse().unwrap(),
        name: Some("Ann".into()),
        email: Some("ann@example.org".into()),
        role: Some("moderator".into()),
        sign_in: Some(ANN.parse().unwrap()),
        generation: Some(Uuid::max()),
        confirmed: false,
        lifetime: Duration::from_secs(60),
    };
    let identity = tokens().verify(&tokens().mint(&claims).unwrap()).unwrap();
    assert_eq!(identity.user_id, claims.user_id);
    assert_eq!(identity.name, claims.name);
    assert_eq!(identity.email, claims.email);
    assert!(identity.moderator && identity.caller().moderator);
    assert_eq!((identity.sign_in, identity.generation), (claims.sign_in, claims.generation));
    assert!(!identity.confirmed);
    let left = identity.expires_at - Utc::now();
    assert!((59..=61).contains(&left.num_seconds()), "{left}");
}

#[test]
fn an_issuer_may_add_claims_and_leave_out_all_but_two() {
    let identity = tokens().verify(&signed(&json!({"sub": ANN, "exp": soon()}))).unwrap();
    assert!(!identity.moderator && identity.name.is_none() && identity.confirmed);
    let claims = json!({"sub": ANN, "exp": soon(), "email_verified": false});
    assert!(tokens().verify(&signed(&claims)).unwrap().confirmed, "of an issuer that has no sign-ins here");
    let more = json!({"sub": ANN, "exp": soon() as f64 + 0.5, "aud": "authenticated", "iss": "https://a", "role": "user", "x": {"y": []}});
    assert!(!tokens().verify(&signed(&more)).unwrap().moderator);
}

#[test]
fn another_secret_is_forged() {
    let other = Tokens::new(&Secret::new(SECRET.to_uppercase())).unwrap();
    let token = signed(&json!({"sub": ANN, "exp": soon()}));
    assert_eq!(other.judge(&token), Err(Refusal::Forged));
    let (head, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(tokens().judge(&format!("{head}.")), Err(Refusal::Forged));
    assert!(tokens().judge(&format!("{head}.{}", &signature[1..])).is_err());
    let claims = part(&json!({"sub": ANN, "exp": soon(), "role": "moderator"}));
    let header = head.split_once('.').unwrap().0;
    assert_eq!(tokens().judge(&format!("{header}.{claims}.{signature}")), Err(Refusal::Forged));
}

#[test]
fn the_header_does_not_choose_the_algorithm() {
    let claims = part(&json!({"sub": ANN, "exp": soon()}));
    for algorithm in ["none", "None", "NONE", "RS256", "ES256", "EdDSA", "HS257", ""] {
        let header = part(&json!({"alg": algorithm, "typ": "JWT"}));
        for signature in ["", "AAAA"] {
            let token = format!("{header}.{claims}.{signature}");
            assert_eq!(tokens().judge(&token), Err(Refusal::Algorithm), "{algorithm}");
        }
    }
    // Signed with the right secret, but another algorithm.
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let token = encode(&Header::new(algorithm), &json!({"sub": ANN, "exp": soon()}), &key).unwrap();
        assert_eq!(tokens().judge(&token), Err(Refusal::Algorithm));
    }
}

#[test]
fn time_is_kept_to_the_second() {
    let now = Utc::now().timestamp();
    assert_eq!(why(json!({"sub": ANN, "exp": now})), Refusal::Expired);
    assert_eq!(why(json!({"sub": ANN, "exp": now - 1})), Refusal::Expired);
    assert_eq!(why(json!({"sub": ANN, "exp": 0})), Refusal::Expired);
    assert_eq!(why(json!({"sub": ANN, "exp": now + 60, "nbf": now + 30})), Refusal::Early);
}

#[test]
fn claims_of_the_wrong_type_are_no_forgery() {
    for claims in [
        json!({"sub": ANN}),
        json!({"exp": soon()}),
        json!({"sub": "ann", "exp": soon()}),
        json!({"sub": 7, "exp": soon()}),
        json!({"sub": ANN, "exp": "tomorrow"}),
        json!({"sub": ANN, "exp": null}),
        json!({"sub": ANN, "exp": -1}),
        json!({"sub": ANN, "exp": 1e300}),
        json!({"sub": ANN, "exp": u64::MAX}),
        json!({"sub": ANN, "exp": soon(), "name": 7}),
        json!({"sub": ANN, "exp": soon(), "role": ["moderator"]}),
        json!([ANN]),
        json!(null),
    ] {
        assert_eq!(why(claims.clone()), Refusal::Claims, "{claims}");
    }
}

#[test]
fn what_is_no_token_is_no_panic() {
    for text in ["", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "é.é.é", "e30.e30.e30", " ", "\0"] {
        assert_eq!(tokens().judge(text), Err(Refusal::Shape), "{text}");
    }
    assert_eq!(tokens().judge(&"a.".repeat(10_000)), Err(Refusal::Shape));
}

#[test]
fn names_become_one_line() {
    let name = |name: &str| tokens().verify(&signed(&json!({"sub": ANN, "exp": soon(), "name": name}))).unwrap().name;
    assert_eq!(name(" Ann\u{0}\n "), Some("Ann".into()));
    assert_eq!(name(" \n"), None);
    assert_eq!(name(&"é".repeat(200)).unwrap().chars().count(), 80);
}

#[test]
fn a_leeway_is_given_before_and_after() {
    let tokens = tokens().with_leeway(Duration::from_secs(60));
    let now = Utc::now().timestamp();
    let judged = |claims: Value| tokens.judge(&signed(&claims));
    let identity = judged(json!({"sub": ANN, "exp": now - 30})).unwrap();
    assert_eq!(identity.ends_at - identity.expires_at, chrono::Duration::seconds(60));
    assert_eq!(judged(json!({"sub": ANN, "exp": now - 61})), Err(Refusal::Expired));
    assert!(judged(json!({"sub": ANN, "exp": soon(), "nbf": now + 30})).is_ok());
    assert_eq!(judged(json!({"sub": ANN, "exp": soon(), "nbf": now + 90})), Err(Refusal::Early));
}

#[test]
fn short_secrets_are_refused() {
    assert_eq!(Tokens::new(&Secret::new("short")).err(), Some(WeakSecret(5)));
}

#[test]
fn a_refusal_says_why_and_nothing_of_the_token() {
    let error = tokens().verify("not-a-token").unwrap_err();
    assert_eq!((error.code, error.reason.as_ref()), (Code::Unauthorized, "the token must be a JSON Web Token"));
}

#[actix_web::test]
async fn handlers_get_the_bearer() {
    let data = web::Data::new(tokens());
    let token = signed(&json!({"sub": ANN, "exp": soon()}));
    let ask = async |header: Option<String>| {
        let mut request = TestRequest::default().app_data(data.clone());
        if let Some(header) = header {
            request = request.insert_header((AUTHORIZATION, header));
        }
        let request = request.to_http_request();
        let visitor = Visitor::extract(&request).await.map(|visitor| visitor.0.is_some());
        let identity = Identity::extract(&request).await.map(|identity| identity.user_id.to_string());
        (visitor.map_err(|e| e.reason), identity.map_err(|e| e.reason))
    };
    assert_eq!(ask(Some(format!("Bearer {token}"))).await, (Ok(true), Ok(ANN.to_owned())));
    assert_eq!(ask(Some(format!("bearer  {token} "))).await, (Ok(true), Ok(ANN.to_owned())));
    let missing = Refusal::Missing.to_string();
    assert_eq!(ask(None).await, (Ok(false), Err(missing.into())));
    for header in ["Bearer", "Bearer ", "Basic YTpi", "x"] {
        let scheme = Refusal::Scheme.to_string();
        assert_eq!(ask(Some(header.into())).await, (Err(scheme.clone().into()), Err(scheme.into())));
    }
    let shape = Refusal::Shape.to_string();
    assert_eq!(ask(Some("Bearer x".into())).await, (Err(shape.clone().into()), Err(shape.into())));
}

#[test]
fn the_tokens_of_an_ended_sign_in_are_refused() {
    let (tokens, sign_in) = (tokens(), Uuid::now_v7());
    let token = signed(&json!({"sub": ANN, "sid": sign_in, "exp": soon()}));
    let other = signed(&json!({"sub": ANN, "sid": Uuid::now_v7(), "exp": soon()}));
    assert!(tokens.judge(&token).is_ok());
    tokens.end(&[sign_in], Duration::from_secs(60));
    assert_eq!(tokens.judge(&token), Err(Refusal::Ended));
    assert!(tokens.judge(&other).is_ok() && tokens.judge(&signed(&json!({"sub": ANN, "exp": soon()}))).is_ok());
    assert_eq!(why(json!({"sub": ANN, "sid": "one", "exp": soon()})), Refusal::Claims);
}

#[test]
fn a_proof_of_a_device_is_for_one_account_and_one_server() {
    let other = Tokens::new(&Secret::new(SECRET.to_uppercase())).unwrap();
    let (ann, ben, device): (Uuid, _, _) = (ANN.parse().unwrap(), Uuid::now_v7(), Uuid::now_v7());
    let proof = tokens().device(ann, device);
    assert_eq!(tokens().proved_device(ann, &proof), Some(device));
    assert_eq!((tokens().proved_device(ben, &proof), other.proved_device(ann, &proof)), (None, None));
    for bit in 0..256 {
        let mut forged = proof;
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(tokens().proved_device(ann, &forged), None);
    }
}

#[test]
fn a_successor_is_the_same_for_the_same_secret_alone() {
    let other = Tokens::new(&Secret::new(SECRET.to_uppercase())).unwrap();
    let one = [1; 32];
    assert_eq!(tokens().successor(&one), tokens().successor(&one));
    assert_ne!(tokens().successor(&one), tokens().successor(&[2; 32]));
    assert_ne!(tokens().successor(&one), other.successor(&one));
}
