"""Train a small network on generated digits with MXNet's parameter server.

Every pod of the job runs this same file. MXNet reads DMLC_ROLE when it is imported: in a scheduler or a server the
import serves until the workers are done and ends the process, so only workers get past it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import warnings

import numpy

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # MXNet 1.9.1 is older than the Python it runs on, and says so at length
    import mxnet
    from mxnet import autograd, gluon

GLYPHS = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111",
    "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)
SIDE = 8
NOISE = 0.3
TRAINING_SAMPLES = 8192
TEST_SAMPLES = 1024
BATCH_SIZE = 64
LEARNING_RATE = 0.005
EPOCHS = int(os.environ.get("EPOCHS", "8"))
WANTED_ACCURACY = 0.9


def generate(samples: int, seed: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Draw `samples` noisy digits at random places of a SIDE x SIDE image; return (samples, pixels) and (samples,)."""
    draw = numpy.random.default_rng(seed)
    glyphs = numpy.array([[[float(pixel) for pixel in row] for row in glyph.split()] for glyph in GLYPHS])
    height, width = glyphs.shape[1:]
    labels = draw.integers(len(GLYPHS), size=samples)
    images = draw.normal(0.0, NOISE, size=(samples, SIDE, SIDE))
    tops = draw.integers(SIDE - height + 1, size=samples)
    lefts = draw.integers(SIDE - width + 1, size=samples)
    for index, label in enumerate(labels):
        images[index, tops[index] :, lefts[index] :][:height, :width] += glyphs[label]
    return images.reshape(samples, -1).astype("float32"), labels.astype("float32")


def network() -> gluon.nn.Sequential:
    """Build a perceptron whose sizes are all given, so that it holds weights before it has seen data."""
    layers = gluon.nn.Sequential()
    layers.add(gluon.nn.Dense(64, activation="relu", in_units=SIDE * SIDE))
    layers.add(gluon.nn.Dense(len(GLYPHS), in_units=64))
    return layers


def accuracy(layers: gluon.nn.Sequential, images: numpy.ndarray, labels: numpy.ndarray) -> float:
    """Return the share of `images` that the network names rightly."""
    guesses = layers(mxnet.nd.array(images)).asnumpy().argmax(axis=1)
    return float((guesses == labels).mean())


def digest(layers: gluon.nn.Sequential) -> str:
    """Return a SHA-256 over all weights, bit by bit: equal only if the weights are."""
    weights = layers.collect_params().values()
    return hashlib.sha256(b"".join(weight.data().asnumpy().tobytes() for weight in weights)).hexdigest()


def train() -> None:
    """Train on this worker's share of the data and print what came of it, one line an epoch."""
    store = mxnet.kv.create("dist_sync")
    logging.info("rank %d of %d", store.rank, store.num_workers)
    images, labels = generate(TRAINING_SAMPLES, seed=1)
    share = slice(store.rank, None, store.num_workers)
    batches = gluon.data.DataLoader(gluon.data.ArrayDataset(images[share], labels[share]), BATCH_SIZE, shuffle=True)
    test_images, test_labels = generate(TEST_SAMPLES, seed=2)

    # Each worker starts from other weights: that they end equal is the parameter server's doing alone.
    mxnet.random.seed(store.rank)
    numpy.random.seed(store.rank)
    layers = network()
    layers.initialize(mxnet.init.Xavier())
    logging.info("initial weights sha256 %s", digest(layers))
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(layers.collect_params(), "adam", {"learning_rate": LEARNING_RATE}, kvstore=store)
    for epoch in range(1, EPOCHS + 1):
        losses = []
        for batch, truth in batches:
            with autograd.record():
                loss = cross_entropy(layers(batch), truth)
            loss.backward()
            trainer.step(BATCH_SIZE * store.num_workers)
            losses.append(loss.mean().asscalar())
        score = accuracy(layers, test_images, test_labels)
        logging.info("epoch %d loss %.4f accuracy %.4f", epoch, float(numpy.mean(losses)), score)
    logging.info("final weights sha256 %s", digest(layers))
    logging.info("final accuracy %.4f wanted %.4f", accuracy(layers, test_images, test_labels), WANTED_ACCURACY)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)
    train()
