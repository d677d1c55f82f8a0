; Go. Nodes are captured whole where the dialect reads their fields anyway: a pattern with children
; looks at every child of every node of its kind.

(comment) @comment
[(interpreted_string_literal) (raw_string_literal)] @string

; --- regions
(block) @block
(expression_case (statement_list) @block)
(type_case (statement_list) @block)
(communication_case (statement_list) @block)
(default_case (statement_list) @block)

(if_statement consequence: (block) @branch)
(if_statement alternative: (_) @branch)
(expression_case (statement_list) @branch)
(type_case (statement_list) @branch)
(communication_case (statement_list) @branch)
(default_case (statement_list) @branch)

(for_statement body: (block) @loop)
(defer_statement) @deferred
(go_statement) @spawned

[
  (expression_statement)
  (send_statement)
  (receive_statement)
  (inc_statement)
  (dec_statement)
  (assignment_statement)
  (short_var_declaration)
  (return_statement)
  (go_statement)
  (defer_statement)
  (if_statement)
  (for_statement)
  (range_clause)
  (expression_switch_statement)
  (type_switch_statement)
  (select_statement)
  (const_spec)
] @statement
(var_declaration (var_spec)) @statement
(var_spec_list (var_spec) @statement)

; --- declarations
(import_spec) @import

[(function_declaration) (method_declaration) (func_literal)] @scope

(type_spec) @type

(var_declaration (var_spec) @binding.value) @binding
(var_spec_list (var_spec) @binding)
(const_spec) @binding
(short_var_declaration) @binding
(assignment_statement operator: "=") @binding
(range_clause left: (_)) @binding
(receive_statement left: (_)) @binding
(type_switch_statement alias: (_)) @binding

; --- calls
(call_expression) @call
; The grammar reads `f[T](x)` as a conversion to a generic type; it nearly always is a call of a generic function.
(type_conversion_expression type: (generic_type)) @call
(composite_literal
  type: [(type_identifier) (qualified_type) (generic_type)]
  (#set! kind "new")) @call

(expression_statement [(call_expression) (type_conversion_expression)] @mark.discarded)
(go_statement [(call_expression) (type_conversion_expression)] @mark.discarded)
(defer_statement [(call_expression) (type_conversion_expression)] @mark.discarded)
(return_statement (expression_list [(call_expression) (type_conversion_expression)] @mark.returned))

; --- failures and exits
(if_statement) @failure
(expression_switch_statement) @failure
(type_switch_statement) @failure

(return_statement) @exit
((break_statement) @exit (#set! kind "break"))
((continue_statement) @exit (#set! kind "continue"))
