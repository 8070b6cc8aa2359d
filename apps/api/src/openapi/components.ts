import {
  attemptView,
  eventView,
  loginLinkView,
  messageView,
  newTokenView,
  pauseView,
  problem,
  projectView,
  serviceHealthView,
  sessionView,
  taskView,
  tokenView,
  usageView,
  whyView,
} from '@sleepless/contracts'
import { z } from 'zod'

/** The schemas that clients made from the spec get a type of their own for, by its name. */
const components = {
  Attempt: attemptView,
  Event: eventView,
  Health: serviceHealthView,
  Json: taskView.shape.metadata.unwrap().valueType,
  LoginLink: loginLinkView,
  Message: messageView,
  NewToken: newTokenView,
  Pause: pauseView,
  Problem: problem,
  Project: projectView,
  Session: sessionView,
  Task: taskView,
  Token: tokenView,
  Usage: usageView,
  Why: whyView,
}

/** Makes them known where the spec looks for them. */
export function nameComponents(): void {
  for (const [id, schema] of Object.entries(components)) z.globalRegistry.add(schema, { id })
}
