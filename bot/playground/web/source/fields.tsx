// Elements that hold a value. They are the browser's own, so that a keyboard and a screen reader can use them.

import { type ReactNode, useId } from "react";
import { humans, useWorld } from "./names";
import type { Json, Text } from "./wire";

export interface Element extends Json {
  type: string;
  action_id: string;
  placeholder?: Text;
}

interface Option {
  text: Text;
  value: string;
  description?: Text;
}

/** What somebody chose or wrote: the value of an option, an id, a date, a text; or several of those. */
export type Entry = string | string[];

const HELD = /select$|picker$|_input$|^checkboxes$|^radio_buttons$/;

export function holdsValue(element: { type: string }): boolean {
  return HELD.test(element.type);
}

/** What an element holds when it is first shown: what Slack kept of this view, else what the app proposed. */
export function initial(element: Element, kept: Json | undefined): Entry {
  const known = kept ? Object.entries(kept).find(([name]) => name !== "type")?.[1] : undefined;
  const proposed = Object.entries(element).find(([name]) => name.startsWith("initial_"))?.[1];
  const found = known ?? proposed;
  if (Array.isArray(found))
    return found.map((one) => (typeof one === "string" ? one : (one as Option).value));
  if (found && typeof found === "object") return (found as Option).value;
  if (found !== undefined && found !== null) return String(found);
  return isMany(element) ? [] : "";
}

function isMany(element: Element): boolean {
  return element.type.startsWith("multi_") || element.type === "checkboxes";
}

interface Props {
  element: Element;
  entry: Entry;
  change: (entry: Entry) => void;
  label: string;
  id?: string;
  error?: string | undefined;
  describedBy?: string | undefined;
  required?: boolean;
}

export function Field(props: Props): ReactNode {
  const { element, entry, change, label, error, describedBy, required = false } = props;
  const made = useId();
  const id = props.id ?? made;
  const options = useOptions(element);
  const shared = {
    id,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": describedBy,
    "aria-required": required || undefined,
    "aria-label": props.id ? undefined : label,
  };
  if (element.type === "checkboxes" || element.type === "radio_buttons") {
    return <Choices {...props} options={options} name={id} />;
  }
  if (options) {
    const many = isMany(element);
    return (
      <select
        {...shared}
        multiple={many}
        size={many ? Math.min(Math.max(options.length, 2), 6) : undefined}
        value={many && !Array.isArray(entry) ? [] : entry}
        onChange={({ target }) =>
          change(many ? [...target.selectedOptions].map(({ value }) => value) : target.value)
        }
      >
        {many ? null : <option value="">{element.placeholder?.text ?? "Choose…"}</option>}
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.text.text}
          </option>
        ))}
      </select>
    );
  }
  const typed = { ...shared, value: String(entry), placeholder: element.placeholder?.text };
  if (element.type === "plain_text_input" && element["multiline"]) {
    return <textarea {...typed} rows={4} onChange={({ target }) => change(target.value)} />;
  }
  return (
    <input {...typed} type={KINDS[element.type] ?? "text"} onChange={({ target }) => change(target.value)} />
  );
}

// An address or a number is checked by the app, as in Slack; a browser's own bubble would come before its words.
const KINDS: Record<string, string> = {
  datepicker: "date",
  timepicker: "time",
  email_text_input: "text",
  url_text_input: "text",
  number_input: "text",
};

function Choices({
  element,
  entry,
  change,
  label,
  error,
  describedBy,
  options,
  name,
}: Props & { options: Option[] | null; name: string }) {
  const isOne = element.type === "radio_buttons";
  const chosen = Array.isArray(entry) ? entry : [entry];
  const toggled = (value: string) =>
    isOne ? value : chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
  return (
    <fieldset
      className="choices"
      role={isOne ? "radiogroup" : undefined}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={isOne && error ? true : undefined}
    >
      {options?.map((one) => (
        <label key={one.value}>
          <input
            type={isOne ? "radio" : "checkbox"}
            name={name}
            checked={chosen.includes(one.value)}
            onChange={() => change(toggled(one.value))}
          />
          <span>
            {one.text.text}
            {one.description ? <small>{one.description.text}</small> : null}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function useOptions(element: Element): Option[] | null {
  const world = useWorld();
  const named = (id: string, text: string): Option => ({ value: id, text: { text } });
  if (element.type.endsWith("users_select")) return humans(world).map((one) => named(one.id, one.real_name));
  if (/(channels|conversations)_select$/.test(element.type)) {
    return [...world.channels.values()].filter((one) => one.name).map((one) => named(one.id, `#${one.name}`));
  }
  const groups = element["option_groups"] as { options: Option[] }[] | undefined;
  if (groups) return groups.flatMap(({ options }) => options);
  return (element["options"] as Option[] | undefined) ?? null;
}
