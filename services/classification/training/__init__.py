"""How the shipped model is made: `python -m services.classification.training.train --data DIR --out DIR`. Not served."""
