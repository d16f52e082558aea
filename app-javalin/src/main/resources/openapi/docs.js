"use strict";

// Shows /openapi.json. Texts are put in as texts, never as markup.

const METHODS = ["get", "post", "put", "delete", "head"];
const DEPTH = 6;

function element(name, properties, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function resolver(root) {
  return function resolve(node) {
    let found = node;
    while (found && found.$ref) {
      found = found.$ref
        .slice(2)
        .split("/")
        .reduce((at, key) => at[key.replace(/~1/g, "/").replace(/~0/g, "~")], root);
    }
    return found;
  };
}

function typeOf(schema, resolve) {
  if (schema.const !== undefined) {
    return JSON.stringify(schema.const);
  }
  if (schema.enum) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (schema.anyOf) {
    return [...new Set(schema.anyOf.map((one) => typeOf(resolve(one), resolve)))].join(" | ");
  }
  const name = [].concat(schema.type || "any").join(" | ");
  return schema.items ? `${name} of ${typeOf(resolve(schema.items), resolve)}` : name;
}

function limits(schema) {
  const names = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "default"];
  return names
    .filter((name) => schema[name] !== undefined)
    .map((name) => `${name} ${schema[name]}`)
    .join(", ");
}

function parts(schema, resolve) {
  const all = [schema, ...(schema.anyOf || []).map(resolve)];
  return all.flatMap((one) => (one.items ? parts(resolve(one.items), resolve) : [one]));
}

function fields(schema, resolve, depth) {
  const list = element("ul", { className: "fields" });
  for (const part of parts(schema, resolve)) {
    for (const [name, reference] of Object.entries(part.properties || {})) {
      const field = resolve(reference);
      const needed = (part.required || []).includes(name);
      const item = element(
        "li",
        {},
        element("code", { className: needed ? "needed" : "" }, name),
        ` ${typeOf(field, resolve)} `,
      );
      const more = [needed ? "" : "optional", limits(field)].filter(Boolean).join(", ");
      item.append(element("span", { className: "soft" }, more));
      if (field.description) {
        item.append(element("div", { className: "soft" }, field.description));
      }
      if (depth > 0) {
        const inner = fields(field, resolve, depth - 1);
        if (inner.childElementCount > 0) {
          item.append(inner);
        }
      }
      list.append(item);
    }
  }
  return list;
}

function content(node, resolve) {
  return Object.entries(node.content || {}).flatMap(([type, media]) => {
    const schema = resolve(media.schema);
    const title = element("p", {}, element("code", {}, type), ` ${typeOf(schema, resolve)}`);
    const about = element("p", { className: "soft" }, schema.description || "");
    return [title, about, fields(schema, resolve, DEPTH)];
  });
}

function route(path, method, operation, resolve) {
  const id = operation.operationId;
  const box = element(
    "details",
    { id },
    element(
      "summary",
      {},
      element("span", { className: `method ${method}` }, method.toUpperCase()),
      element("code", {}, path),
      ` ${operation.summary}`,
    ),
    element("p", {}, operation.description || ""),
  );
  for (const parameter of (operation.parameters || []).map(resolve)) {
    box.append(
      element("h3", {}, `In the ${parameter.in}: `, element("code", {}, parameter.name)),
      element("p", { className: "soft" }, parameter.description || ""),
    );
  }
  if (operation.requestBody) {
    box.append(element("h3", {}, "The body"), ...content(resolve(operation.requestBody), resolve));
  }
  for (const [status, reference] of Object.entries(operation.responses)) {
    const response = resolve(reference);
    box.append(
      element("h3", {}, `Answer ${status}`),
      element("p", {}, response.description),
      ...content(response, resolve),
    );
  }
  return box;
}

function show(root) {
  const resolve = resolver(root);
  const title = document.getElementById("title");
  title.textContent = `${root.info.title} `;
  title.append(element("small", {}, root.info.version));
  document.getElementById("about").textContent = `${root.info.summary} ${root.info.description}`;
  const contents = element("ul", {});
  document.getElementById("contents").append(contents);
  for (const tag of root.tags) {
    const section = element(
      "section",
      {},
      element("h2", {}, tag.name),
      element("p", { className: "soft" }, tag.description),
    );
    document.getElementById("routes").append(section);
    for (const [path, item] of Object.entries(root.paths)) {
      for (const method of METHODS.filter((one) => item[one] && item[one].tags.includes(tag.name))) {
        const operation = item[method];
        section.append(route(path, method, operation, resolve));
        const link = element(
          "a",
          { href: `#${operation.operationId}` },
          element("code", {}, `${method.toUpperCase()} ${path}`),
        );
        contents.append(element("li", {}, link, ` ${operation.summary}`));
      }
    }
  }
  openNamed();
}

function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named) {
    named.open = true;
    named.scrollIntoView();
  }
}

addEventListener("hashchange", openNamed);

fetch("/openapi.json")
  .then((response) => response.json())
  .then(show)
  .catch((error) => {
    document.getElementById("about").textContent = `openapi.json can't be read: ${error.message}`;
  });
