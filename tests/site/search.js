// Run the search worker of the built site as a browser does, and print the pages that it finds for each query.
// usage: node search.js SITE QUERY...
const fs = require("fs")
const path = require("path")
const vm = require("vm")

const [site, ...queries] = process.argv.slice(2)
const workers = path.join(site, "assets/javascripts/workers")
const worker = path.join(workers, fs.readdirSync(workers).find((name) => /^search\..*\.js$/.test(name)))

let listener
const answers = []
const scope = {
  console,
  addEventListener: (_, given) => (listener = given),
  postMessage: (message) => answers.push(message),
  importScripts: (...files) => files.forEach((file) => run(path.resolve(workers, file))),
}
scope.self = scope.window = scope.globalThis = scope
vm.createContext(scope)
function run(file) {
  vm.runInContext(fs.readFileSync(file, "utf8"), scope, { filename: file })
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 10))
async function ask(message) {
  listener({ data: message })
  for (let i = 0; i < 3000 && !answers.length; i++) await settle()
  return answers.shift()
}

async function main() {
  run(worker)
  const index = JSON.parse(fs.readFileSync(path.join(site, "search/search_index.json"), "utf8"))
  await ask({ type: 0, data: { ...index, options: { suggest: true } } })
  const found = {}
  for (const query of queries) {
    const answer = await ask({ type: 2, data: query })
    found[query] = answer.data.items.map((item) => item[0].location)
  }
  console.log(JSON.stringify(found))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
