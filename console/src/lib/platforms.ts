/** Where a bot may live, by their own names. */
export const platforms: Record<string, string> = {
  native: 'Webhook',
  assistant: 'Assistant',
  'dialogflow-es': 'Dialogflow ES',
  'dialogflow-cx': 'Dialogflow CX',
  intercom: 'Intercom',
  'amazon-connect': 'Amazon Connect',
  'amazon-lex': 'Amazon Lex',
  chatwoot: 'Chatwoot',
  rasa: 'Rasa',
  botpress: 'Botpress',
  sunshine: 'Sunshine Conversations',
  rocketchat: 'Rocket.Chat',
};
