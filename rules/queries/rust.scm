; Rust. Nodes are captured whole and read by the hooks in src/syntax/rust/: a pattern with children looks at every child of
; every node of its kind. The code inside macros comes back here as a tuple of its
; pieces (src/syntax/embedded.rs).

; --- scopes

[
  (function_item)
  (impl_item)
  (trait_item)
  (closure_expression)
  (async_block)
] @scope
(mod_item body: (_)) @scope
; only in lazy_static!
(static_item "ref") @scope

[(attribute_item) (inner_attribute_item)] @decorator

; --- names

[(use_declaration) (extern_crate_declaration)] @import
[(let_declaration) (let_condition) (static_item) (const_item)] @binding
((assignment_expression) @binding (#set! kind "assigned"))
[(struct_item) (enum_item) (union_item)] @type

; --- calls

(call_expression) @call
((macro_invocation) @call (#set! kind "macro"))
((struct_expression) @call (#set! kind "new"))

; --- failures; those of methods (`ok`, `unwrap_or_else`, …) are found among the calls

[(match_expression) (if_expression) (while_expression) (let_declaration)] @failure

; --- ways out

((return_expression) @exit (#set! kind "return"))
((break_expression) @exit (#set! kind "break"))
((continue_expression) @exit (#set! kind "continue"))
((try_expression) @exit (#set! kind "propagate"))

; --- regions; branches and single expressions that count as statements come with what they belong to

(await_expression) @await
(for_expression body: (block) @loop)
(while_expression body: (block) @loop)
(loop_expression body: (block) @loop)
(block) @block
[(expression_statement) (let_declaration) (static_item) (const_item)] @statement
[(line_comment) (block_comment)] @comment
[(string_literal) (raw_string_literal)] @string
