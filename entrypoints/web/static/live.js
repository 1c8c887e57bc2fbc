// What is live on a page: the book that it names, and times in the reader's zone.

const PAUSES = [1, 2, 5, 10, 30] // seconds between attempts to connect

function showTimes() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime)
    if (!Number.isNaN(at.valueOf())) {
      element.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })
    }
  }
  const note = document.querySelector("[data-utc]")
  if (note) note.hidden = true
}

// A copy of one book: see docs/how-to/follow-a-book.md for the rules of the stream.
class Book {
  seq = 0
  sides = { bid: new Map(), ask: new Map() }

  // Brings the copy up to date. Returns false if a change is missing.
  take(message) {
    if (message.type === "snapshot") {
      for (const side of ["bid", "ask"]) {
        this.sides[side] = new Map(message[`${side}s`].map((level) => [level.price, level.quantity]))
      }
    } else if (message.first_seq !== this.seq + 1) {
      return false
    } else {
      for (const { side, price, quantity } of message.levels) {
        if (quantity) this.sides[side].set(price, quantity)
        else this.sides[side].delete(price)
      }
    }
    this.seq = message.seq
    return true
  }

  best(side, depth) {
    const falls = side === "bid" ? -1 : 1
    return [...this.sides[side]].sort(([a], [b]) => falls * (a - b)).slice(0, depth)
  }
}

class LiveBook {
  depth = 8
  attempts = 0

  constructor(section) {
    this.section = section
    const digits = Number(section.dataset.exponent)
    this.unit = 10 ** digits
    // As the server writes amounts: a browser has signs of its own for some currencies.
    this.format = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    })
    this.connect()
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws"
    const socket = new WebSocket(`${scheme}://${location.host}/v1/stream`)
    const book = new Book()
    const subscribe = () => {
      const { book: product_id, size, condition } = this.section.dataset
      socket.send(JSON.stringify({ op: "subscribe", channel: "book", product_id, size, condition }))
    }
    socket.onopen = subscribe
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data)
      if (message.channel !== "book" || !["snapshot", "change"].includes(message.type)) return
      this.attempts = 0
      if (book.take(message)) this.show(book)
      else subscribe()
    }
    socket.onclose = () => {
      this.mark(false)
      const pause = PAUSES[Math.min(this.attempts++, PAUSES.length - 1)]
      setTimeout(() => this.connect(), pause * 1000 * (0.5 + Math.random()))
    }
  }

  mark(isLive) {
    const state = this.section.querySelector('[data-live="state"]')
    if (state) state.hidden = !isLive
  }

  show(book) {
    this.mark(true)
    for (const side of ["bid", "ask"]) {
      const body = this.section.querySelector(`[data-live="${side}s"] tbody`)
      if (!body) continue
      const before = new Map([...body.rows].map((row) => [row.dataset.price, row.cells[1]?.textContent]))
      const rows = book.best(side, this.depth).map(([price, quantity]) => {
        const row = document.createElement("tr")
        row.dataset.price = price
        row.insertCell().textContent = this.section.dataset.mark + this.format.format(price / this.unit)
        row.insertCell().textContent = quantity
        if (before.get(String(price)) !== String(quantity)) row.className = "changed"
        return row
      })
      if (rows.length === 0) {
        const row = document.createElement("tr")
        const cell = row.insertCell()
        cell.colSpan = 2
        cell.className = "none"
        cell.textContent = this.section.dataset.none
        rows.push(row)
      }
      body.replaceChildren(...rows)
    }
  }
}

// A part of the page that is loaded anew every few seconds, while somebody looks at it.
class Refreshed {
  constructor(section) {
    this.section = section
    setInterval(() => this.refresh(), Number(section.dataset.refresh) * 1000)
    document.addEventListener("visibilitychange", () => this.refresh())
  }

  async refresh() {
    // Nothing is replaced under the hand of who is about to use it.
    if (document.hidden || this.isLoading || this.section.contains(document.activeElement)) return
    this.isLoading = true
    try {
      const answer = await fetch(location.href, { signal: AbortSignal.timeout(10_000) })
      const text = answer.ok && !answer.redirected ? await answer.text() : ""
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-refresh]")
      this.section.classList.toggle("old", !fresh)
      if (!fresh) return
      this.section.replaceChildren(...fresh.childNodes)
      showTimes()
    } catch {
      this.section.classList.add("old")
    } finally {
      this.isLoading = false
    }
  }
}

// Shows how long a claim still lasts, and says so when it is over.
function countDown(element) {
  const end = performance.now() + Number(element.dataset.left) * 1000
  const clock = element.querySelector("[data-clock]")
  const over = document.querySelector("[data-over]")
  const show = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000))
    clock.textContent = ` (${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})`
    element.hidden = left === 0
    over.hidden = left > 0
    if (left > 0) setTimeout(show, 1000)
  }
  show()
}

// Access keys with Alt alone, as some browsers want Shift too. A Mac types letters with that key.
function pressKey(event) {
  const isOther = event.ctrlKey || event.metaKey || event.shiftKey || /Mac|iP/.test(navigator.platform)
  if (event.defaultPrevented || !event.altKey || isOther) return
  const target = document.querySelector(`[accesskey="${CSS.escape(event.key.toLowerCase())}"]`)
  if (!target) return
  event.preventDefault()
  target.focus()
  if (target.matches("a, button, [type=checkbox], [type=radio], [type=file]")) target.click()
}

// Says that a photo is not there, in place of a broken picture.
function tellMissing(image) {
  const tell = () => {
    const note = document.createElement("span")
    note.className = "none"
    note.textContent = `${image.alt} ${image.dataset.missing}`
    image.replaceWith(note)
  }
  if (image.complete && image.naturalWidth === 0) tell()
  else image.addEventListener("error", tell)
}

// A photo is sent as soon as it is chosen, with all that was typed.
function sendPhotos(input) {
  const button = document.getElementById(input.dataset.send)
  button.hidden = true
  input.addEventListener("change", () => {
    if (input.files.length) input.form.requestSubmit(button)
  })
}

// A double click sends a form once. Without this, the server takes care that it has one effect.
function sendOnce(event) {
  const sent = event.target.dataset
  if (event.timeStamp - Number(sent.sent ?? -Infinity) < 1000) event.preventDefault()
  else sent.sent = event.timeStamp
}

document.addEventListener("keydown", pressKey)
document.addEventListener("submit", sendOnce)
showTimes()
for (const section of document.querySelectorAll("[data-refresh]")) new Refreshed(section)
for (const element of document.querySelectorAll("[data-left]")) countDown(element)
for (const image of document.querySelectorAll("[data-missing]")) tellMissing(image)
for (const input of document.querySelectorAll("[data-send]")) sendPhotos(input)
for (const section of document.querySelectorAll("[data-book]")) new LiveBook(section)
