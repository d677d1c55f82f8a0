; Rust. Attributes, use trees, patterns and tail values are read by src/syntax/rust/; the code inside macros comes back here
; as a tuple of its pieces (src/syntax/embedded.rs).

; --- scopes

(function_item body: (block) @scope.body) @scope
(impl_item body: (declaration_list) @scope.body) @scope
(trait_item body: (declaration_list) @scope.body) @scope
(mod_item body: (declaration_list) @scope.body) @scope
(closure_expression body: (_) @scope.body) @scope
(async_block (block) @scope.body) @scope
; only in lazy_static!
(static_item "ref" value: (_) @scope.body) @scope

[(attribute_item) (inner_attribute_item)] @decorator

; --- names

[(use_declaration) (extern_crate_declaration)] @import

(let_declaration pattern: _ @binding.name type: (_)? @binding.type value: (_)? @binding.value) @binding
(let_condition pattern: _ @binding.name value: (_) @binding.value) @binding
(static_item name: (_) @binding.name type: (_) @binding.type value: (_)? @binding.value) @binding
(const_item name: (_) @binding.name type: (_) @binding.type value: (_)? @binding.value) @binding
((assignment_expression left: (_) @binding.name right: (_) @binding.value) @binding (#set! kind "assigned"))

[(struct_item) (enum_item) (union_item)] @type

; --- calls

(call_expression function: (_) @call.callee arguments: (arguments) @call.args) @call
((macro_invocation macro: (_) @call.callee (token_tree) @call.args) @call (#set! kind "macro"))
((struct_expression name: (_) @call.callee body: (field_initializer_list) @call.args) @call (#set! kind "new"))

(expression_statement [(call_expression) (macro_invocation)] @mark.discarded)
(expression_statement (await_expression [(call_expression) (macro_invocation)] @mark.discarded))
(await_expression [(call_expression) (macro_invocation)] @mark.awaited)
(try_expression [(call_expression) (macro_invocation)] @mark.propagated)
(try_expression (await_expression [(call_expression) (macro_invocation)] @mark.propagated))
(return_expression [(call_expression) (macro_invocation) (struct_expression)] @mark.returned)
(return_expression (await_expression [(call_expression) (macro_invocation)] @mark.returned))

; --- failures

(match_expression
  value: (_) @failure.protected
  body: (match_block (match_arm pattern: (match_pattern) @failure.type value: (_) @failure.body) @failure))

((match_expression
  value: (_) @failure.protected
  body: (match_block
    (match_arm pattern: (match_pattern (tuple_struct_pattern type: (identifier) @_ok)))
    (match_arm pattern: (match_pattern "_") @failure.type value: (_) @failure.body) @failure))
  (#eq? @_ok "Ok") (#set! kind "blank"))

(if_expression
  condition: (let_condition pattern: (_) @failure.type value: (_) @failure.protected)
  consequence: (block) @failure.body) @failure
(if_expression
  condition: (let_chain (let_condition pattern: (_) @failure.type value: (_) @failure.protected))
  consequence: (block) @failure.body) @failure
((if_expression
  condition: (call_expression
    function: (field_expression value: (_) @failure.protected field: (field_identifier) @_is_err))
  consequence: (block) @failure.body) @failure
  (#eq? @_is_err "is_err"))
(while_expression
  condition: (let_condition pattern: (_) @failure.type value: (_) @failure.protected)
  body: (block) @failure.body) @failure

(let_declaration
  pattern: (_) @failure.type
  value: (_) @failure.protected
  alternative: (block) @failure.body) @failure
((let_declaration pattern: "_" value: (_) @failure.protected) @failure (#set! kind "blank"))

((call_expression
  function: (field_expression value: (_) @failure.protected field: (field_identifier) @failure.name)
  arguments: (arguments) @failure.args) @failure
  (#any-of? @failure.name "ok" "unwrap_or_default" "unwrap_or" "unwrap_or_else" "or_else" "map_or_else"))
((expression_statement (call_expression
  function: (field_expression value: (_) @failure.protected field: (field_identifier) @failure.name)) @failure)
  (#eq? @failure.name "is_ok") (#set! kind "discard"))

; --- ways out

((return_expression (_)? @exit.value) @exit (#set! kind "return"))
((break_expression) @exit (#set! kind "break"))
((continue_expression) @exit (#set! kind "continue"))
((try_expression (_) @exit.value) @exit (#set! kind "propagate"))

; --- regions

(await_expression) @await

(for_expression body: (block) @loop)
(while_expression body: (block) @loop)
(loop_expression body: (block) @loop)

(block) @block

(if_expression consequence: (block) @branch)
(else_clause (block) @branch)
(match_arm value: (_) @branch)
(let_declaration alternative: (block) @branch)

(expression_statement) @statement
(let_declaration) @statement
(static_item) @statement
(const_item) @statement
(block (_expression) @statement)
(match_arm value: (_expression) @statement)
(closure_expression body: (_expression) @statement)

[(line_comment) (block_comment)] @comment
[(string_literal) (raw_string_literal)] @string
