from streamlit.testing.v1 import AppTest


def show_a_trained_model():
    import io

    from dashboard.training.export import show_export
    from nncore.mnist import load_mnist
    from nncore.model_files import Model, save_model
    from nncore.recipe import Recipe
    from nncore.training import new_trainer

    trainer = new_trainer(Recipe(layers=(784, 8, 10), epochs=1, training_images=100))
    mnist = load_mnist()
    list(trainer.train(mnist.train_images, mnist.train_labels))
    model, file = Model(trainer.network, trainer), io.BytesIO()
    save_model(file, model)
    show_export(model, file.getvalue(), trainer.history)


def show_a_network_alone():
    from dashboard.training.export import show_export
    from nncore.model_files import Model
    from nncore.recipe import Recipe
    from nncore.training import new_trainer

    show_export(Model(new_trainer(Recipe(layers=(784, 8, 10))).network), b"file", [])


def labels(app):
    return [button.proto.label for button in app.get("download_button")]


def test_all_that_can_be_taken_along_is_offered():
    app = AppTest.from_function(show_a_trained_model, default_timeout=60).run()
    assert not app.exception
    assert labels(app) == ["Model", "PyTorch", "Keras", "History", "NumPy script"]
    assert app.code[0].value.startswith('"""Train a 784-8-10 network on MNIST')
    assert app.code[0].language == "python"


def test_without_a_training_there_is_no_script_and_no_history():
    app = AppTest.from_function(show_a_network_alone, default_timeout=60).run()
    assert not app.exception
    assert labels(app) == ["Model", "PyTorch", "Keras"]
    assert not app.code
