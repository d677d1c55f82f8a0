; What the grammars of JavaScript, TypeScript and TSX have in common. The vocabulary is described in src/syntax/query.rs;
; what a pattern cannot say is in src/syntax/javascript/.

; --- scopes: the bare node, and what else names or marks it (the richer match wins)
[
  (function_declaration)
  (generator_function_declaration)
  (function_expression)
  (generator_function)
  (arrow_function)
  (method_definition)
  (class_declaration)
  (class)
  (class_static_block)
] @scope
(variable_declarator
  name: (identifier) @scope.name
  value: [(arrow_function) (function_expression) (generator_function) (class)] @scope)
(assignment_expression
  left: [(identifier) @scope.name (member_expression property: (_) @scope.name)]
  right: [(arrow_function) (function_expression) (generator_function) (class)] @scope)
((pair
  key: (_) @scope.name
  value: [(arrow_function) (function_expression) (generator_function)] @scope)
  (#set! kind "property"))
(object (method_definition name: (_) @scope.name) @scope
  (#set! kind "property"))
((call_expression
  function: [(identifier) @scope.modifier (member_expression object: (identifier) @scope.modifier)]
  arguments: (arguments [(arrow_function) (function_expression)] @scope))
  (#any-of? @scope.modifier
    "describe" "it" "test" "suite" "beforeEach" "beforeAll" "afterEach" "afterAll" "xit" "xdescribe" "fit" "fdescribe")
  (#set! kind "test"))

; --- calls
(call_expression function: (_) @call.callee arguments: (_) @call.args) @call
((new_expression constructor: (_) @call.callee arguments: (_)? @call.args) @call
  (#set! kind "new"))
; A statement, but one that calls for somebody.
((debugger_statement) @call
  (#set! kind "debugger"))
(expression_statement [(call_expression) (new_expression)] @mark.discarded)
(expression_statement (await_expression (call_expression) @mark.discarded))
(expression_statement (unary_expression operator: "void" argument: (call_expression) @mark.discarded))
(expression_statement
  (unary_expression operator: "void" argument: (await_expression (call_expression) @mark.discarded)))
(expression_statement (binary_expression operator: ["&&" "||" "??"] right: (call_expression) @mark.discarded))
(expression_statement
  (binary_expression operator: ["&&" "||" "??"] right: (await_expression (call_expression) @mark.discarded)))
(return_statement [(call_expression) (new_expression)] @mark.returned)
(return_statement (await_expression (call_expression) @mark.returned))
(arrow_function body: [(call_expression) (new_expression)] @mark.returned)
(arrow_function body: (await_expression (call_expression) @mark.returned))
(await_expression (call_expression) @mark.awaited)
(await_expression) @await

; --- names
(import_statement source: (_)) @import
(export_statement source: (_)) @import
((variable_declarator value: (call_expression function: (identifier) @_require)) @import
  (#eq? @_require "require"))
((variable_declarator
  value: (member_expression object: (call_expression function: (identifier) @_require))) @import
  (#eq? @_require "require"))
((lexical_declaration kind: "const" (variable_declarator) @binding) @binding.header
  (#set! kind "constant"))
(lexical_declaration kind: "let" (variable_declarator) @binding) @binding.header
(variable_declaration (variable_declarator) @binding) @binding.header
(for_in_statement left: (_)) @binding
(assignment_expression) @binding
(augmented_assignment_expression) @binding

; --- failures and exits; an arrow function without a block returns its body (Hooks::implied)
(try_statement body: (_) @failure.protected handler: (catch_clause) @failure)
((if_statement
  condition: (parenthesized_expression [
    (identifier) @failure.error
    (binary_expression left: (identifier) @failure.error)])) @failure
  (#set! kind "callback"))
(return_statement) @exit
((throw_statement) @exit (#set! kind "throw"))
((break_statement) @exit (#set! kind "break"))
((continue_statement) @exit (#set! kind "continue"))

; --- regions
(finally_clause body: (_) @deferred)
(for_statement body: (_) @loop)
(for_in_statement body: (_) @loop)
(while_statement body: (_) @loop)
(do_statement body: (_) @loop)
(statement_block) @block
(if_statement consequence: (_) @branch)
(else_clause (_) @branch)
[(switch_case) (switch_default)] @branch
(catch_clause body: (_) @branch)
(comment) @comment
[(string) (template_string)] @string

; --- statements; the header of a compound statement counts as one of its own
[
  (expression_statement)
  (lexical_declaration)
  (variable_declaration)
  (return_statement)
  (throw_statement)
  (decorator)
] @statement
(export_statement value: (_) @statement)
(if_statement condition: (_) @statement)
(while_statement condition: (_) @statement)
(do_statement condition: (_) @statement)
(for_statement condition: (_) @statement)
(for_statement increment: (_) @statement)
(for_in_statement right: (_) @statement)
(switch_statement value: (_) @statement)
(switch_case value: (_) @statement)
