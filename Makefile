# make gallery   builds the gallery into site/        make test   runs the tests
# make serve     shows site/ in a browser             make lock   resolves the dependencies anew
# make validate  holds the built site against the rules of HTML and follows its links (needs Java and npm)
# make soak      tests for an hour what tests otherwise try for a minute
#
# Everything is installed into .venv from requirements*.lock. PYTHON=python3.12 chooses another interpreter.

PYTHON ?= python3
VENV := .venv
VALIDATOR := vnu-jar@26.9.27
BIN := $(VENV)/bin
TORCH := 2.13.0
# What publishing needs, where nothing is computed.
SITE := altair budoux filelock fonttools huggingface-hub jinja2 latex2mathml matplotlib-fontja mkdocs mkdocs-gen-files \
  mkdocs-material numpy 'pagefind[extended]' pillow protobuf pydantic pymdown-extensions pyyaml regex safetensors scipy \
  sentencepiece sudachidict-small sudachipy tokenizers vl-convert-python watchdog

.PHONY: gallery site serve test soak validate lock clean
.DELETE_ON_ERROR:

gallery: $(VENV)/gallery.installed
	@$(BIN)/python build_gallery.py build

site: $(VENV)/gallery.installed
	@$(BIN)/python build_gallery.py site

serve: $(VENV)/gallery.installed
	@$(BIN)/python build_gallery.py serve

test: $(VENV)/test.installed
	@sh tests/install_browser.sh
	@$(BIN)/ruff check .
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

soak: $(VENV)/test.installed
	@$(BIN)/python tests/soak/kills.py
	@$(BIN)/python tests/soak/mutated_catalogs.py
	@LMVIZ_SOAK=1 $(BIN)/python -m pytest tests/hostile

validate: $(VENV)/test.installed
	@npm install --silent --no-audit --no-fund --ignore-scripts --prefix build/validator $(VALIDATOR)
	@$(BIN)/python tests/whole_site.py site --validator build/validator/node_modules/vnu-jar/build/dist/vnu.jar

# Debian ships venv without pip's own wheel unless python3-venv is there: the system's pip then installs into it.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)

PIP = $$(test -x $(BIN)/pip && echo $(BIN)/python -m pip || echo $(PYTHON) -m pip --python $(BIN)/python)

$(VENV)/%.installed: requirements-%.lock pyproject.toml | $(BIN)/python
	@echo "Installing what $< lists (minutes the first time) ..."
	@$(PIP) install --quiet --disable-pip-version-check -r $<
	@$(PIP) install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# With the oldest Python that is supported, since a newer one may resolve to versions that the oldest cannot have:
#   make lock PYTHON=/usr/bin/python3      (3.11.2, on Debian 12)
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet torch==$(TORCH) .
	build/lock/bin/pip freeze --exclude lmviz | sed 's/+cpu//' > requirements-gallery.lock
	build/lock/bin/pip install --quiet torch==$(TORCH) '.[test]'
	build/lock/bin/pip freeze --exclude lmviz | sed 's/+cpu//' > requirements-test.lock
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --constraint requirements-gallery.lock $(SITE)
	build/lock/bin/pip freeze > requirements-site.lock
	rm -rf build/lock

clean:
	rm -rf site build $(VENV)
