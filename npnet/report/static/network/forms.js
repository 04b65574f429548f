/* The forms of the player: which plane is shown, and points that the reader adds or moves. */
"use strict";

const networkForms = (() => {
  const { make, select } = networkElements;
  const COMPONENTS = "components";
  const FEW = 12; // columns up to which two of them are shown at first

  /* The choice of a plane: two columns, and what the other inputs are; or the first two principal components; and which
     label or target is shown. `change` is called with the plane, `show` with the number of the label or target. */
  class PlaneForm {
    constructor(model, change, show) {
      this.model = model;
      const components = model.components(null) ? [[COMPONENTS, "principal components"]] : [];
      const columns = model.numbers.map((index) => [String(index), model.inputs[index].name]);
      const start = components.length && columns.length > FEW ? COMPONENTS : null;
      const [first, second] = model.byStrength
        .slice(0, 2)
        .sort((a, b) => a - b)
        .map(String);
      const act = () => change(this.plane);
      this.across = select("across", [...columns, ...components], start ?? first ?? COMPONENTS, act);
      this.up = select("up", columns.length > 1 ? columns : [["", "nothing"]], second ?? "", act);
      this.row = make("input", { type: "number", min: 1, placeholder: "median" });
      this.row.addEventListener("change", act);
      const names = model.shownNames.map((name, k) => [String(k), name]);
      this.which = select("shown", names, "0", () => show(Number(this.which.value)));
      this.others = make("label", {}, "other inputs as in row ", this.row);
      const fields = [this.across.parentElement, this.up.parentElement, this.others, this.which.parentElement];
      this.element = make("div", { className: "controls axes" }, ...fields);
      const given = model.inputs.filter((input) => !input.of).length; // the others are calculated from these
      this.others.hidden = given <= 2;
      this.which.parentElement.hidden = names.length < 2;
      this.element.hidden = given <= 2 && names.length < 2;
      this.none = !columns.length && !components.length;
    }

    /** The plane that is chosen; null where the network has none. */
    get plane() {
      const { model, across, up } = this;
      if (this.none) return null;
      const row = model.training.rows.indexOf(this.row.valueAsNumber);
      const base = row < 0 ? null : model.training.inputsOf(row);
      up.parentElement.hidden = across.value === COMPONENTS || model.numbers.length < 2;
      if (across.value === COMPONENTS) return model.components(base);
      if (up.value === across.value) up.value = String(model.numbers.find((index) => String(index) !== across.value));
      return model.plane(Number(across.value), up.value === "" ? null : Number(up.value), base);
    }
  }

  /* The form of points: what the pointer does in the picture, and a point by numbers. `add(u, v)` is called for one. */
  class PointForm {
    constructor(model, modeChanged, add) {
      const field = (label) => make("input", { type: "number", step: "any", required: true, "aria-label": label });
      const modes = [
        ["look", "look at values"],
        ["move", "move points"],
        ["add", "add points"],
      ];
      const classes = model.data.classes.map((name, code) => [String(code), name]);
      this.mode = select("the pointer serves to", modes, "look", () => modeChanged(this.mode.value));
      this.target = model.hasValues
        ? make("input", { type: "number", step: "any", value: 0 })
        : select("class", classes, "0", () => {});
      const target = model.hasValues ? make("label", {}, "value ", this.target) : this.target.parentElement;
      const [across, up] = [field("Place of the point across"), field("Place of the point up")];
      const send = make("button", { className: "button" }, "Add");
      this.element = make(
        "form",
        { className: "controls point-form" },
        this.mode.parentElement,
        target,
        make("label", {}, "at ", across),
        up,
        send,
      );
      this.element.addEventListener("submit", (event) => {
        event.preventDefault();
        add(across.valueAsNumber, up.valueAsNumber);
      });
      this.element.hidden = model.task === "multilabel" || model.targets > 1;
    }

    /** The target of a new point. */
    get y() {
      return Number(this.target.value);
    }
  }

  return { PlaneForm, PointForm };
})();
