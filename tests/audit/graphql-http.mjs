// Runs the server audits of the graphql-http package: node graphql-http.mjs URL TOKEN. Ends with a line `N of M`.
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (target, init = {}) =>
  fetch(target, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

const audits = serverAudits({ url, fetchFn });
let passed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === "ok") {
    passed += 1;
  } else {
    const said = result.response ? `${result.response.status} ${await result.response.text()}` : "";
    console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason} ${said}`.slice(0, 600));
  }
}
console.log(`${passed} of ${audits.length}`);
process.exit(passed === audits.length ? 0 : 1);
