/* The playground: its settings, the panels that change them, and the training of the network that they give. */
"use strict";

(() => {
  const { make, short, counted, escaped, plain } = networkElements;
  const BUDGET = 12; // milliseconds of training between two pictures
  const CALM = 500; // milliseconds between two pictures where the reader wants little motion
  const FEATURES = { square: "squares, x²", product: "products, x₁·x₂", sine: "sines, sin x" };
  const OF_THE_TARGET = ["metrics", "monitor", "threshold", "temperature", "class_weight", "target_transform"];
  const byId = (id) => document.getElementById(id);
  const heading = (text, ...more) => make("div", { className: "head" }, make("h2", {}, text), ...more);

  class Playground {
    constructor(data) {
      this.catalog = data.catalog;
      this.curves = new playChart.Curves();
      const usual = data.catalog.start;
      this.settings = { ...usual, options: playData.optionsOf(usual.data, this.catalog), ...data.start };
      this.own = data.table ? playTable.embedded(data.table) : null;
      this.makePanels();
      if (this.own) this.dataPanel.offer(this.own);
      if (this.settings.data === "table") this.settings.target = this.own.target;
      this.lacking(data.lacking);
      this.mount();
      this.rebuild();
    }

    // Panels

    makePanels() {
      const change = (patch) => this.change(patch);
      this.dataPanel = new playData.DataPanel(this.catalog, {
        choose: (name) => this.choose(name),
        use: (table) => this.use(table),
        change,
        say: (words) => this.fail(words),
      });
      this.layers = new playLayers.LayerEditor(this.catalog, (blocks) => change({ blocks }), (before) =>
        change({ before }),
      );
      this.error = make("p", { className: "callout error", role: "alert", hidden: true });
      this.featureBox = make("fieldset", { className: "checks" });
      this.featureBox.hidden = !this.catalog.features.length;
      this.trainingPanel = new playTraining.TrainingPanel(this.catalog, {
        change,
        adjust: (patch) => this.adjust(patch),
      });
      this.transport = new playTransport.Transport({
        toggle: () => (this.isOn ? this.pause() : this.run()),
        step: () => this.advance(1),
        epoch: () => this.advance(this.session.stepsLeft),
        reset: () => this.reset(),
      });
      this.status = make("p", { className: "visually-hidden", role: "status" });
      this.picture = make("div", { className: "place" });
      this.drawing = make("div", { className: "place" });
      this.unit = make("div", {});
      this.caption = make("div", {});
      this.axes = make("div", {});
      this.below = make("div", {});
    }

    /** Name what the page cannot do of a config. */
    lacking(lines) {
      const box = byId("play-lacking");
      box.hidden = !lines.length;
      byId("play-lacking-list").append(...lines.map((line) => make("li", {}, line)));
    }

    mount() {
      const card = (name, ...parts) => make("section", { className: `card ${name}` }, ...parts);
      const data = card("data", heading("Data"), this.dataPanel.element, this.featureBox);
      this.note = make("div", {});
      const network = card("network", heading("Network"), this.layers.element, this.note, this.drawing, this.unit);
      const output = card(
        "output",
        heading("Output"),
        this.caption,
        this.axes,
        this.picture,
        this.below,
        make("h3", {}, "Loss"),
        this.curves.element,
      );
      const training = card("settings", heading("Training"), this.trainingPanel.element);
      const middle = make("div", { className: "middle" }, network, training);
      const bench = make("div", { className: "bench" }, data, middle, output);
      byId("play").prepend(this.transport.element, this.error, byId("play-lacking"), this.status, bench);
      new ResizeObserver(() => this.session?.layout()).observe(this.drawing);
      const recolour = () => {
        this.dataPanel.draw(networkMaps.palette());
        this.session?.recolour();
      };
      document.documentElement.addEventListener("npnet:theme", recolour);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
      recolour();
    }

    // Settings

    choose(name) {
      if (name === "table")
        return this.change({ data: name, target: this.own.target, skipped: [], features: [], task: null, own: true });
      this.change({ data: name, options: playData.optionsOf(name, this.catalog), skipped: [], task: null });
    }

    /** Take a table that the reader gave. */
    use(table) {
      this.own = table;
      this.dataPanel.offer(table);
      this.choose("table");
      this.status.textContent = `${plain(table.name)} is read: ${counted(table.total, "row")}.`;
    }

    /** Take settings; where the data or the network differ, begin anew. */
    change(patch) {
      Object.assign(this.settings, patch);
      this.rebuild();
    }

    /** Take settings that a training in progress follows. */
    adjust(patch) {
      Object.assign(this.settings, patch);
      if (!this.session) return;
      const { data } = this.session;
      Object.assign(data.constraints, Object.fromEntries(["l1", "l2"].map((key) => [key, this.settings[key]])));
      Object.assign(data.optimizer.options, this.settings.optimizer.options);
      data.learning_rate = this.settings.learning_rate ?? data.learning_rate;
      this.showConfig();
    }

    tableNow() {
      const { data, options, seed } = this.settings;
      if (data === "table") return this.own;
      const most = Math.min(options.samples, playData.MOST_DRAWN);
      const table = playDrawn.table(data, { ...options, samples: most }, seed);
      if (most < options.samples) table.notes.push(`The page draws ${most} of the ${counted(options.samples, "sample")}.`);
      return table;
    }

    /** Make the network of the settings with its data, and show it untrained; say what is wrong where there is none. */
    rebuild() {
      this.stop();
      const table = this.tableNow();
      if (table.drawn) this.settings.target = table.target;
      this.table = table;
      this.showSettings();
      let data;
      try {
        this.prepared = playPrepare.prepared(table, this.settings);
        data = playNetwork.dataOf(this.settings, this.prepared, this.catalog);
      } catch (error) {
        if (!(error instanceof playTable.TableError)) throw error;
        this.session = null;
        return this.fail(error.message);
      }
      this.fail("");
      this.forgetOthers();
      this.dataPanel.leave(this.prepared);
      this.layers.showFirst(this.settings.before, this.prepared.coded);
      data.optimizer = { ...data.optimizer, options: { ...data.optimizer.options } };
      const session = new playSession.Session(data, this.curves);
      session.onChange = () => this.session === session && this.show(session.draw(this.isOn));
      this.session = session;
      this.place();
      this.trainingPanel.show(this.settings, this.prepared, data);
      this.showConfig();
    }

    /** Leave out keys of the config that fit its target alone, once another one is predicted. */
    forgetOthers() {
      const what = JSON.stringify([this.settings.data, this.prepared.name, this.prepared.task]);
      if ((this.first ??= what) === what) return;
      for (const key of OF_THE_TARGET) delete this.settings.others[key];
    }

    /** Put the parts of the session into their places. */
    place() {
      const { session } = this;
      const { legend, panel, planeForm, readout, diagramNote, boundary, diagram } = session;
      this.caption.replaceChildren(readout);
      this.axes.replaceChildren(planeForm.element);
      this.below.replaceChildren(legend.element);
      this.note.replaceChildren(diagramNote);
      this.picture.replaceChildren(boundary.element);
      this.drawing.replaceChildren(diagram.element);
      this.unit.replaceChildren(panel.element);
      this.picture.hidden = planeForm.none;
      session.setPlane(planeForm.plane);
    }

    /** Say what is wrong, "" for nothing. A file that cannot be read leaves the session as it was. */
    fail(words) {
      this.error.textContent = escaped(words);
      this.error.hidden = !words;
      const broken = Boolean(words) && !this.session;
      byId("play").classList.toggle("broken", broken);
      this.transport.disable(broken);
      for (const copy of document.querySelectorAll("[data-copy]")) copy.disabled = broken;
    }

    showSettings() {
      const { settings } = this;
      this.dataPanel.show(settings, this.table);
      this.layers.show(settings.blocks);
      const chosen = (name) => settings.features.includes(name);
      const names = this.catalog.features.map(({ name }) => name);
      const boxes = this.catalog.features.map(({ name, purpose }) => {
        const act = (is) => this.change({ features: names.filter((one) => (one === name ? is : chosen(one))) });
        return playControls.check(FEATURES[name] ?? name, chosen(name), act, purpose);
      });
      playControls.refill(this.featureBox, make("legend", {}, "Features of the numbers"), ...boxes);
    }

    // Training

    run() {
      this.fail("");
      this.isOn = true;
      this.transport.turn(true);
      const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM : 0;
      let shown = 0;
      const tick = (now) => {
        if (!this.isOn) return;
        this.train();
        if (now - shown >= pause) {
          shown = now;
          if (!this.show(this.session.draw(true))) return this.pause();
        }
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    /** Train for one picture: a step, an epoch, or as long as it may take. */
    train() {
      const until = performance.now() + BUDGET;
      const { speed } = this.transport;
      const most = speed === "fast" ? Infinity : speed === "epoch" ? this.session.stepsLeft : 1;
      this.session.train(this.session.data.learning_rate, (steps) => steps >= most || performance.now() > until);
    }

    advance(steps) {
      this.pause();
      this.session.train(this.session.data.learning_rate, (done) => done >= steps);
      this.show(this.session.draw(false));
      this.showConfig();
    }

    stop() {
      this.isOn = false;
      this.transport.turn(false);
    }

    pause() {
      if (!this.isOn) return;
      this.stop();
      this.show(this.session.draw(false));
      this.showConfig();
      this.status.textContent = `Paused after epoch ${short(this.session.epochs)}.`;
    }

    reset() {
      this.stop();
      this.session.reset();
      this.show(this.session.draw(false));
      this.showConfig();
      this.status.textContent = "Back to the initial weights.";
    }

    /** Show epochs and scores, unless there are none now; return whether the training can go on. */
    show(scores) {
      if (!scores) return true;
      this.transport.show(this.session, scores);
      const words = this.session.plane?.names.join(" and ");
      this.session.boundary.canvas.setAttribute(
        "aria-label",
        `Predictions over ${words} after ${short(this.session.epochs)} epochs`,
      );
      if (Number.isFinite(scores[0].loss)) return true;
      this.fail("The training diverged: reset it, and take a lower learning rate.");
      return false;
    }

    showConfig() {
      const epochs = Math.ceil(this.session.epochs);
      const { settings, table, prepared, catalog, session } = this;
      byId("play-config").textContent = playConfig.text(settings, table, prepared, session.data.loss, catalog, epochs);
      byId("play-config-note").textContent = table.drawn || table.fixed ? "" : `Save it beside ${plain(table.config.path)}.`;
    }
  }

  window.npnetPlay = new Playground(JSON.parse(byId("npnet-data").textContent).play);
})();
