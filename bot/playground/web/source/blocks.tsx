// Block Kit on the screen. What only shows something is drawn by slack-blocks-to-jsx; what holds a value is drawn by
// `fields`; and a click, wherever it lands, becomes (block, action, value).

import {
  Component,
  type ComponentProps,
  type MouseEvent,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { type Block as Drawable, Message as Drawn } from "slack-blocks-to-jsx";
import { Confirm, type Confirmation } from "./confirm";
import { type Element, type Entry, Field, holdsValue, initial } from "./fields";
import { useWorld } from "./names";
import { useTheme } from "./theme";
import type { Block, Json, Text } from "./wire";

export type Act = (block: string, action: string, value?: Entry) => void;

interface Known {
  block: string;
  element: Element;
}

interface Pressed {
  block: string;
  element: Element;
  value?: string;
}

/** `scope` is unlike that of anything else on the page: ids in it are the page's, not the app's. */
export function Blocks({ blocks, scope, act }: { blocks: readonly Block[]; scope: string; act: Act }) {
  const [asking, ask] = useState<Pressed | null>(null);
  const press = (pressed: Pressed) => {
    if (pressed.element["confirm"]) ask(pressed);
    else act(pressed.block, pressed.element.action_id, pressed.value);
  };
  return (
    <>
      {blocks.map((block, at) => (
        <One
          key={block.block_id ?? at}
          block={block}
          scope={`${scope}:${block.block_id ?? at}`}
          press={press}
          act={act}
        />
      ))}
      {asking ? (
        <Confirm
          said={asking.element["confirm"] as Confirmation}
          done={(isSure) => {
            ask(null);
            if (isSure) act(asking.block, asking.element.action_id, asking.value);
          }}
        />
      ) : null}
    </>
  );
}

interface OneProps {
  block: Block;
  scope: string;
  press: (pressed: Pressed) => void;
  act: Act;
}

function One({ block, scope, press, act }: OneProps) {
  const id = block.block_id ?? "";
  if (block.type === "actions") {
    return (
      <div className="actions">
        {(block["elements"] as Element[]).map((element) => (
          <Control
            key={element.action_id}
            element={element}
            block={id}
            scope={scope}
            press={press}
            act={act}
          />
        ))}
      </div>
    );
  }
  const accessory = block["accessory"] as Element | undefined;
  if (block.type === "section" && accessory && (holdsValue(accessory) || accessory.type === "overflow")) {
    const { accessory: _, ...rest } = block;
    return (
      <div className="with-accessory">
        <Drawing block={rest} scope={scope} press={press} />
        <Control element={accessory} block={id} scope={scope} press={press} act={act} />
      </div>
    );
  }
  return <Drawing block={block} scope={scope} press={press} />;
}

function Control({
  element,
  block,
  scope,
  press,
  act,
}: { element: Element; block: string } & Omit<OneProps, "block">) {
  if (element.type === "overflow")
    return <Overflow element={element} choose={(value) => press({ block, element, value })} />;
  if (holdsValue(element))
    return <Choice element={element} choose={(value) => act(block, element.action_id, value)} />;
  const alone = { type: "actions", block_id: block, elements: [element] };
  return <Drawing block={alone} scope={`${scope}:${element.action_id}`} press={press} />;
}

function Choice({ element, choose }: { element: Element; choose: (entry: Entry) => void }) {
  const [entry, set] = useState(() => initial(element, undefined));
  const change = (chosen: Entry) => {
    set(chosen);
    if (chosen.length) choose(chosen);
  };
  return (
    <Field element={element} entry={entry} change={change} label={element.placeholder?.text ?? "Choose"} />
  );
}

function Overflow({ element, choose }: { element: Element; choose: (value: string) => void }) {
  const options = element["options"] as { text: Text; value: string }[];
  return (
    <select
      className="overflow"
      aria-label="More actions"
      value=""
      onChange={({ target }) => (target.value ? choose(target.value) : undefined)}
    >
      <option value="">⋯</option>
      {options.map((one) => (
        <option key={one.value} value={one.value}>
          {one.text.text}
        </option>
      ))}
    </select>
  );
}

const NEEDS_SCROLLING = ".slack_blocks_to_jsx__table, pre";

function Drawing({
  block,
  scope,
  press,
}: {
  block: Block;
  scope: string;
  press: (pressed: Pressed) => void;
}) {
  const world = useWorld();
  const theme = useTheme();
  const root = useRef<HTMLDivElement>(null);
  const [voted, vote] = useState<Record<string, string>>({});
  const [drawn, known] = renamed(counted(block), scope);

  useLayoutEffect(() => {
    for (const wrapper of root.current?.querySelectorAll("#slack_blocks_to_jsx") ?? [])
      wrapper.removeAttribute("id");
    for (const wide of root.current?.querySelectorAll<HTMLElement>(NEEDS_SCROLLING) ?? []) reachable(wide);
    for (const [id, { element }] of known)
      if (element.type === "feedback_buttons") label(root.current, id, element, voted[id]);
  });

  const clicked = ({ target }: MouseEvent) => {
    const [found, button] = pressedIn(target as HTMLElement, known);
    if (!found || !button) return;
    const value =
      found.element.type === "feedback_buttons"
        ? signs(found.element)[isSecond(button) ? 1 : 0]?.value
        : undefined;
    if (value) vote((before) => ({ ...before, [`${scope}:${found.element.action_id}`]: value }));
    press(value ? { ...found, value } : found);
  };

  const data = {
    users: [...world.people.values()].map((one) => ({ id: one.id, name: one.real_name })),
    channels: [...world.channels.values()].map((one) => ({ id: one.id, name: one.name })),
  };
  return (
    // biome-ignore lint/a11y: the buttons are inside, and the browser turns a key on one of them into a click
    <div ref={root} className="drawn" onClick={clicked}>
      <Unbroken
        key={JSON.stringify(block)}
        instead={<p className="broken">This part cannot be shown here.</p>}
      >
        <Drawn
          blocks={[drawn as unknown as Drawable]}
          name=""
          logo=""
          withoutWrapper
          theme={theme}
          data={data}
          hooks={HOOKS}
        />
      </Unbroken>
    </div>
  );
}

/** The library takes whatever stands between two colons for an emoji. What is none is text, with both of them. */
const HOOKS: NonNullable<ComponentProps<typeof Drawn>["hooks"]> = {
  emoji: (found, parse) => {
    const drawn = parse(found);
    return drawn.replaceAll(":", "") === found.name.replaceAll(":", "")
      ? `:${found.name.replaceAll(":", "")}:`
      : drawn;
  },
};

interface List extends Json {
  type: string;
  style?: string;
  indent?: number;
  offset?: number;
  elements: unknown[];
}

/** The library goes on counting where a list of points was; a list of steps after it begins at one. */
function counted(block: Block): Block {
  if (block.type !== "rich_text") return block;
  const counts = new Map<number, { style: string | undefined; inAll: number; ofThese: number }>();
  const elements = (block["elements"] as List[]).map((one) => {
    if (one.type !== "rich_text_list") counts.clear();
    if (one.type !== "rich_text_list") return one;
    const indent = one.indent ?? 0;
    for (const deeper of [...counts.keys()]) if (deeper > indent) counts.delete(deeper);
    const before = counts.get(indent);
    const goesOn = before?.style === one.style ? (before?.ofThese ?? 0) : 0;
    const inAll = before?.inAll ?? 0;
    const here = one.elements.length;
    counts.set(indent, { style: one.style, inAll: inAll + here, ofThese: goesOn + here });
    return one.style === "ordered" ? { ...one, offset: (one.offset ?? 0) + goesOn - inAll } : one;
  });
  return { ...block, elements };
}

const LEADS_SOMEWHERE = /^(https?:|mailto:)/i;

/** An address that runs something is not one, as in Slack: what it was under is text. */
function harmless(node: Json): Json {
  const kept = Object.entries(node).filter(
    ([name, value]) => !name.endsWith("url") || typeof value !== "string" || LEADS_SOMEWHERE.test(value),
  );
  if (kept.length === Object.keys(node).length) return node;
  const rest = Object.fromEntries(kept);
  return node["type"] === "link" ? { ...rest, type: "text", text: node["text"] ?? node["url"] } : rest;
}

/**
 * With ids that nothing else on the page has; without what we do ourselves, asking whether one is sure; and without
 * `verbatim`, which the library takes to mean that not even `<url|text>` is a link.
 */
function renamed(block: Block, scope: string): [Block, Map<string, Known>] {
  const known = new Map<string, Known>();
  const walk = (value: unknown, within: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => walk(one, within));
    if (value === null || typeof value !== "object") return value;
    const { confirm: _, verbatim: __, ...node } = harmless(value as Json);
    const here = typeof node["block_id"] === "string" ? node["block_id"] : within;
    const action = node["action_id"];
    const inside = Object.fromEntries(Object.entries(node).map(([name, one]) => [name, walk(one, here)]));
    if (typeof node["block_id"] === "string") inside["block_id"] = `${scope}:block:${here}`;
    if (typeof action !== "string") return inside;
    const id = `${scope}:${action}`;
    known.set(id, { block: here, element: value as Element });
    return { ...inside, action_id: id };
  };
  return [walk(block, block.block_id ?? "") as Block, known];
}

function pressedIn(target: HTMLElement, known: Map<string, Known>): [Known | undefined, HTMLElement | null] {
  const button = target.closest("button");
  for (let node: HTMLElement | null = button; node; node = node.parentElement) {
    const found = known.get(node.id);
    if (found) return [found, button];
  }
  return [undefined, null];
}

interface Sign {
  text: Text;
  value: string;
}

function signs(element: Element): Sign[] {
  return [element["positive_button"], element["negative_button"]] as Sign[];
}

function isSecond(button: HTMLElement): boolean {
  return button.previousElementSibling !== null;
}

/** The library says “Positive feedback”; the app has words of its own. */
function label(root: HTMLElement | null, id: string, element: Element, chosen: string | undefined) {
  const buttons = root?.querySelector(`#${CSS.escape(id)}`)?.querySelectorAll("button") ?? [];
  signs(element).forEach((sign, at) => {
    buttons[at]?.setAttribute("aria-label", sign.text.text);
    buttons[at]?.setAttribute("title", sign.text.text);
    buttons[at]?.setAttribute("aria-pressed", String(chosen === sign.value));
  });
}

/** What is wider than its place can be scrolled with the keys. */
function reachable(wide: HTMLElement) {
  if (wide.scrollWidth <= wide.clientWidth) return;
  wide.tabIndex = 0;
  wide.setAttribute("role", "group");
  wide.setAttribute("aria-label", wide.tagName === "PRE" ? "Code" : "Table");
}

/** A block that the library cannot draw takes nothing else with it. */
class Unbroken extends Component<{ children: ReactNode; instead: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };
  static getDerivedStateFromError() {
    return { isBroken: true };
  }
  override render() {
    return this.state.isBroken ? this.props.instead : this.props.children;
  }
}
