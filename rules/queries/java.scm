; Java. Nodes are captured whole where the dialect reads their fields anyway: a pattern with children
; looks at every child of every node of its kind.

[(line_comment) (block_comment)] @comment
(string_literal) @string

; --- regions
[(block) (constructor_body) (switch_block_statement_group)] @block

(if_statement consequence: (_) @branch)
(if_statement alternative: (_) @branch)
(switch_rule [(expression_statement) (throw_statement) (block)] @branch)
(switch_block_statement_group) @branch
(catch_clause body: (_) @branch)

(while_statement body: (_) @loop)
(for_statement body: (_) @loop)
(enhanced_for_statement body: (_) @loop)
(do_statement body: (_) @loop)

(finally_clause (block) @deferred)

[
  (expression_statement)
  (local_variable_declaration)
  (field_declaration)
  (constant_declaration)
  (explicit_constructor_invocation)
  (enum_constant)
  (resource)
  (if_statement)
  (while_statement)
  (for_statement)
  (enhanced_for_statement)
  (do_statement)
  (return_statement)
  (throw_statement)
  (yield_statement)
  (assert_statement)
  (synchronized_statement)
  (try_statement)
  (try_with_resources_statement)
] @statement
(block (switch_expression) @statement)

; --- declarations
(import_declaration) @import

(class_declaration) @scope
(interface_declaration) @scope
(enum_declaration) @scope
(record_declaration) @scope
(annotation_type_declaration) @scope
(object_creation_expression type: (_) @scope.base (class_body) @scope)
(enum_constant name: (_) @scope.name body: (class_body) @scope)
(method_declaration) @scope
; Members of an interface are public unless they say otherwise.
(interface_body (method_declaration name: (_) @scope.name) @scope (#set! kind "member"))
(constructor_declaration) @scope
(compact_constructor_declaration) @scope
(static_initializer) @scope
(class_body (block) @scope)
(lambda_expression) @scope

(class_declaration) @type
(interface_declaration) @type
(enum_declaration) @type
(record_declaration) @type

(field_declaration) @binding
(constant_declaration) @binding
(local_variable_declaration) @binding
(assignment_expression operator: "=") @binding
(enhanced_for_statement) @binding
(resource) @binding
(instanceof_expression name: (_)) @binding

; --- calls
(method_invocation) @call
((object_creation_expression) @call (#set! kind "new"))
(explicit_constructor_invocation) @call

(expression_statement [(method_invocation) (object_creation_expression)] @mark.discarded)
; What stands after the arrow of a switch rule may be its value.
(switch_rule (expression_statement [(method_invocation) (object_creation_expression)] @mark.returned))
(explicit_constructor_invocation) @mark.discarded
(return_statement [(method_invocation) (object_creation_expression)] @mark.returned)
(lambda_expression body: [(method_invocation) (object_creation_expression)] @mark.returned)

; --- failures and exits
(try_statement) @failure
(try_with_resources_statement) @failure
(if_statement
  condition: (parenthesized_expression
    (binary_expression left: (identifier) @failure.error operator: "!=" right: (null_literal)))
  consequence: (_) @failure.body
  (#set! kind "callback")) @failure

(return_statement) @exit
((throw_statement) @exit (#set! kind "throw"))
((break_statement) @exit (#set! kind "break"))
((continue_statement) @exit (#set! kind "continue"))
