// Request code: the SDK request that sets a parameter, for curl and for Python (SDK 9).

/** @param {{address: string, rank: string, user: string, group: string, name: string, value: string}} setting */
export function curlCode({ address, rank, user, group, name, value }) {
  const query = `action=update&group=${encode(group)}&${encode(name)}=${encode(value)}`;
  return `curl --anyauth -u ${shell(`${user}:PASSWORD`)} ${shell(`${address}cgi/${rank}/param.cgi?${query}`)}`;
}

/** @param {{address: string, rank: string, user: string, group: string, name: string, value: string}} setting */
export function pythonCode({ address, rank, user, group, name, value }) {
  return `import requests
from requests.auth import HTTPDigestAuth

answer = requests.get(
    ${literal(`${address}cgi/${rank}/param.cgi`)},
    params={"action": "update", "group": ${literal(group)}, ${literal(name)}: ${literal(value)}},
    auth=HTTPDigestAuth(${literal(user)}, "PASSWORD"),
)
print(answer.content.decode())
`;
}

function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/** A word of a POSIX shell. */
function shell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A string of JSON is one of Python. */
function literal(text) {
  return JSON.stringify(text);
}
