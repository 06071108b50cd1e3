"""Weather of stations, day by day.

In come files as the Japan Meteorological Agency gives them for download, out go records of the
kind ``weather`` that keep each value's quality.
"""

from kanpo.weather._import import import_days, import_weather
from kanpo.weather._station import StationDays, is_station_file, read_station_file
from kanpo.weather._temperatures import station_temperatures

__all__ = [
    "StationDays",
    "import_days",
    "import_weather",
    "is_station_file",
    "read_station_file",
    "station_temperatures",
]
