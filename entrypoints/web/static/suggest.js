// Suggests products while somebody types into the search box: a combobox with a list (ARIA APG).
// Without this module, the box is a plain field of a form, and the form works as before.

const PAUSE = 150 // milliseconds without a key before the server is asked
const SHORTEST = 2 // characters
const MOST = 8 // suggestions

class Suggestions {
  chosen = -1 // the place of the option that Enter opens, or -1: Enter searches
  asked = null // the question under way, which is given up for the next one

  constructor(input) {
    this.input = input
    this.list = document.createElement("ul")
    this.list.id = `${input.id}-suggestions`
    this.list.className = "suggestions"
    this.list.role = "listbox"
    this.list.ariaLabel = input.dataset.suggestions
    this.list.hidden = true
    input.parentElement.append(this.list)
    input.role = "combobox"
    input.autocomplete = "off"
    input.setAttribute("aria-autocomplete", "list")
    input.setAttribute("aria-controls", this.list.id)
    input.setAttribute("aria-expanded", "false")

    input.addEventListener("input", () => this.waits())
    input.addEventListener("keydown", (event) => this.takes(event))
    input.addEventListener("blur", () => this.closes())
    // The box keeps the focus while somebody points at the list.
    this.list.addEventListener("mousedown", (event) => event.preventDefault())
    this.list.addEventListener("click", ({ target }) => this.opens(target.closest("[role=option]")))
  }

  waits() {
    this.closes()
    const text = this.input.value.trim()
    if (text.length >= SHORTEST) this.timer = setTimeout(() => this.asks(text), PAUSE)
  }

  async asks(text) {
    const asked = (this.asked = new AbortController())
    const query = new URLSearchParams({ q: text, limit: MOST })
    try {
      const options = { signal: asked.signal, credentials: "omit" }
      const answer = await fetch(`/v1/search/autocomplete?${query}`, options)
      if (!answer.ok) return
      const { items } = await answer.json()
      if (this.asked === asked) this.shows(items.slice(0, MOST))
    } catch {
      // Suggestions are a help: without them, the form still searches.
    }
  }

  shows(items) {
    this.list.replaceChildren(...items.map(({ id, text, style_code }, place) => {
      const option = document.createElement("li")
      option.id = `${this.list.id}-${place}`
      option.role = "option"
      option.ariaSelected = "false"
      option.dataset.path = `/products/${id}`
      const code = document.createElement("small")
      code.textContent = style_code
      option.append(text, " ", code)
      return option
    }))
    this.list.hidden = items.length === 0
    this.input.setAttribute("aria-expanded", String(items.length > 0))
  }

  // Forgets what was asked and shown, so that no answer comes after a newer text or the end.
  closes() {
    clearTimeout(this.timer)
    this.asked?.abort()
    this.asked = null
    this.chooses(-1)
    this.shows([])
  }

  takes(event) {
    const count = this.list.children.length
    if (event.isComposing || count === 0) {
      if (event.key === "Escape") this.closes()
      return
    }
    if (event.key === "ArrowDown") this.chooses(this.chosen + 1 < count ? this.chosen + 1 : -1)
    else if (event.key === "ArrowUp") this.chooses(this.chosen < 0 ? count - 1 : this.chosen - 1)
    else if (event.key === "Escape") this.closes()
    else if (event.key === "Enter" && this.chosen >= 0) this.opens(this.list.children[this.chosen])
    else return
    event.preventDefault()
  }

  chooses(place) {
    this.chosen = place
    for (const [at, option] of [...this.list.children].entries()) option.ariaSelected = String(at === place)
    const option = this.list.children[place]
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id)
      option.scrollIntoView({ block: "nearest" })
    } else this.input.removeAttribute("aria-activedescendant")
  }

  opens(option) {
    if (option) location.assign(option.dataset.path)
  }
}

for (const input of document.querySelectorAll("[data-suggestions]")) new Suggestions(input)
