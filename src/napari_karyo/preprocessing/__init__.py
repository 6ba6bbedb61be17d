"""From a crop as photographed to the network's input, each step one function on arrays.

The chain is `bright_on_black` -> `foreground` -> `upright` (-> `straighten`) ->
one length factor for the cell or the patient -> `canvas`. Every step that moves
pixels hands on a grid with the place of each of its pixels in the original crop,
so that whatever the network says about its input can be carried back.
"""
