"""How people and programs are told what happens: written with the change, sent by workers, once each."""
