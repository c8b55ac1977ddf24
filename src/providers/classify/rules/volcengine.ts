/** What Volcengine Ark means by a reply. Its codes are words of its own, so they hold behind a gateway, too. */
import type { Rule } from "../rule.ts";

export const VOLCENGINE: readonly Rule[] = [
  {
    id: "volcengine/no-such-model",
    kind: "model_gone",
    scope: "model",
    codes: ["invalidendpointormodel.notfound"],
    anywhere: true,
  },
  {
    id: "volcengine/not-open",
    kind: "not_on_plan",
    scope: "target",
    codes: ["modelnotopen", "invalidendpoint.closedendpoint"],
    anywhere: true,
  },
  { id: "volcengine/access-denied", kind: "not_on_plan", scope: "target", codes: ["accessdenied"] },
  {
    id: "volcengine/overdue",
    kind: "no_credit",
    scope: "account",
    codes: ["accountoverdue*"],
    anywhere: true,
  },
  {
    id: "volcengine/rate",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    codes: ["ratelimitexceeded*", "modelaccountrpmratelimitexceeded", "modelaccounttpmratelimitexceeded"],
  },
  {
    id: "volcengine/quota",
    kind: "quota_day",
    scope: "target",
    status: [429],
    codes: ["setlimitexceeded", "quotaexceeded"],
  },
  {
    id: "volcengine/overloaded",
    kind: "capacity",
    scope: "model",
    codes: ["serveroverloaded"],
    anywhere: true,
  },
];
