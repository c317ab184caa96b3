"""What the pages share: page frame, language, figures and components. Sits on top of nncore."""
