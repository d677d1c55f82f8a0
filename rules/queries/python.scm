; Python. The vocabulary is described in src/syntax/query.rs; what a pattern cannot say is in src/syntax/python/.

; --- scopes (a decorated definition matches twice; the richer match wins)
(function_definition
  name: (_) @scope.name
  parameters: (_) @scope.params
  return_type: (_)? @scope.returns
  body: (_) @scope.body) @scope
(decorated_definition
  (decorator)+ @scope.decorator
  definition: (function_definition
    name: (_) @scope.name
    parameters: (_) @scope.params
    return_type: (_)? @scope.returns
    body: (_) @scope.body) @scope)
((class_definition
  name: (_) @scope.name
  superclasses: (_)? @scope.base
  body: (_) @scope.body) @scope
  (#set! kind "class"))
((decorated_definition
  (decorator)+ @scope.decorator
  definition: (class_definition
    name: (_) @scope.name
    superclasses: (_)? @scope.base
    body: (_) @scope.body) @scope)
  (#set! kind "class"))
((lambda
  parameters: (_)? @scope.params
  body: (_) @scope.body) @scope
  (#set! kind "closure"))

; --- calls
(call function: (_) @call.callee arguments: (_) @call.args) @call
(expression_statement . (call) @mark.discarded .)
(expression_statement . (await (call) @mark.discarded) .)
(return_statement (call) @mark.returned)
(return_statement (await (call) @mark.returned))
(return_statement (parenthesized_expression (call) @mark.returned))
(return_statement (parenthesized_expression (await (call) @mark.returned)))
(lambda body: (call) @mark.returned)
(await (call) @mark.awaited)
(await) @await

; --- names
[(import_statement) (import_from_statement)] @import
(assignment left: (_) @binding.name) @binding
((augmented_assignment left: (_) @binding.name) @binding
  (#set! kind "assigned"))
(named_expression name: (_) @binding.name value: (_) @binding.value) @binding
((for_statement left: (_) @binding.name right: (_) @binding.value) @binding
  (#set! kind "each"))
((with_item
  value: (as_pattern . (_) @binding.value alias: (as_pattern_target (_) @binding.name))) @binding
  (#set! kind "managed"))

; --- failures and exits
(try_statement
  body: (_) @failure.protected
  (except_clause (block) @failure.body) @failure)
((with_statement
  (with_clause
    (with_item value: [
      (call function: (_) @failure.error arguments: (_) @failure.type) @failure.header
      (as_pattern . (call function: (_) @failure.error arguments: (_) @failure.type) @failure.header)]))
  body: (_) @failure.protected) @failure
  (#set! kind "discard"))
(return_statement) @exit
((raise_statement) @exit (#set! kind "throw"))
((break_statement) @exit (#set! kind "break"))
((continue_statement) @exit (#set! kind "continue"))

; --- regions
(finally_clause (block) @deferred)
(for_statement body: (_) @loop)
(while_statement body: (_) @loop)
(list_comprehension body: (_) @loop)
(list_comprehension (if_clause (_) @loop))
(set_comprehension body: (_) @loop)
(set_comprehension (if_clause (_) @loop))
(dictionary_comprehension body: (_) @loop)
(dictionary_comprehension (if_clause (_) @loop))
(generator_expression body: (_) @loop)
(generator_expression (if_clause (_) @loop))
(block) @block
(if_statement consequence: (_) @branch)
(elif_clause consequence: (_) @branch)
(else_clause body: (_) @branch)
(case_clause consequence: (_) @branch)
(except_clause (block) @branch)
(comment) @comment
(string) @string

; --- statements; the header of a compound statement counts as one of its own
[
  (expression_statement)
  (return_statement)
  (raise_statement)
  (assert_statement)
  (delete_statement)
  (with_item)
  (decorator)
] @statement
(if_statement condition: (_) @statement)
(elif_clause condition: (_) @statement)
(while_statement condition: (_) @statement)
(for_statement right: (_) @statement)
(match_statement subject: (_) @statement)
(case_clause guard: (_) @statement)
(lambda body: (_) @statement)
