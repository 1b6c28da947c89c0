import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Registry(_message.Message):
    __slots__ = ("entities", "registry_schema_version", "version_id", "last_updated", "feature_views", "feature_services", "on_demand_feature_views", "saved_datasets", "data_sources", "stream_feature_views", "permissions", "projects", "feature_view_version_history", "label_views")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    REGISTRY_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_UPDATED_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEWS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SERVICES_FIELD_NUMBER: _ClassVar[int]
    ON_DEMAND_FEATURE_VIEWS_FIELD_NUMBER: _ClassVar[int]
    SAVED_DATASETS_FIELD_NUMBER: _ClassVar[int]
    DATA_SOURCES_FIELD_NUMBER: _ClassVar[int]
    STREAM_FEATURE_VIEWS_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEW_VERSION_HISTORY_FIELD_NUMBER: _ClassVar[int]
    LABEL_VIEWS_FIELD_NUMBER: _ClassVar[int]
    entities: _containers.RepeatedCompositeFieldContainer[Entity]
    registry_schema_version: str
    version_id: str
    last_updated: _timestamp_pb2.Timestamp
    feature_views: _containers.RepeatedCompositeFieldContainer[FeatureView]
    feature_services: _containers.RepeatedCompositeFieldContainer[FeatureService]
    on_demand_feature_views: _containers.RepeatedCompositeFieldContainer[OnDemandFeatureView]
    saved_datasets: _containers.RepeatedCompositeFieldContainer[SavedDataset]
    data_sources: _containers.RepeatedCompositeFieldContainer[DataSource]
    stream_feature_views: _containers.RepeatedCompositeFieldContainer[StreamFeatureView]
    permissions: _containers.RepeatedCompositeFieldContainer[Permission]
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    feature_view_version_history: VersionHistory
    label_views: _containers.RepeatedCompositeFieldContainer[LabelView]
    def __init__(self, entities: _Optional[_Iterable[_Union[Entity, _Mapping]]] = ..., registry_schema_version: _Optional[str] = ..., version_id: _Optional[str] = ..., last_updated: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., feature_views: _Optional[_Iterable[_Union[FeatureView, _Mapping]]] = ..., feature_services: _Optional[_Iterable[_Union[FeatureService, _Mapping]]] = ..., on_demand_feature_views: _Optional[_Iterable[_Union[OnDemandFeatureView, _Mapping]]] = ..., saved_datasets: _Optional[_Iterable[_Union[SavedDataset, _Mapping]]] = ..., data_sources: _Optional[_Iterable[_Union[DataSource, _Mapping]]] = ..., stream_feature_views: _Optional[_Iterable[_Union[StreamFeatureView, _Mapping]]] = ..., permissions: _Optional[_Iterable[_Union[Permission, _Mapping]]] = ..., projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ..., feature_view_version_history: _Optional[_Union[VersionHistory, _Mapping]] = ..., label_views: _Optional[_Iterable[_Union[LabelView, _Mapping]]] = ...) -> None: ...

class ValueType(_message.Message):
    __slots__ = ()
    class Enum(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        INVALID: _ClassVar[ValueType.Enum]
        BYTES: _ClassVar[ValueType.Enum]
        STRING: _ClassVar[ValueType.Enum]
        INT32: _ClassVar[ValueType.Enum]
        INT64: _ClassVar[ValueType.Enum]
        DOUBLE: _ClassVar[ValueType.Enum]
        FLOAT: _ClassVar[ValueType.Enum]
        BOOL: _ClassVar[ValueType.Enum]
        UNIX_TIMESTAMP: _ClassVar[ValueType.Enum]
        BYTES_LIST: _ClassVar[ValueType.Enum]
        STRING_LIST: _ClassVar[ValueType.Enum]
        INT32_LIST: _ClassVar[ValueType.Enum]
        INT64_LIST: _ClassVar[ValueType.Enum]
        DOUBLE_LIST: _ClassVar[ValueType.Enum]
        FLOAT_LIST: _ClassVar[ValueType.Enum]
        BOOL_LIST: _ClassVar[ValueType.Enum]
        UNIX_TIMESTAMP_LIST: _ClassVar[ValueType.Enum]
        NULL: _ClassVar[ValueType.Enum]
        MAP: _ClassVar[ValueType.Enum]
        MAP_LIST: _ClassVar[ValueType.Enum]
        BYTES_SET: _ClassVar[ValueType.Enum]
        STRING_SET: _ClassVar[ValueType.Enum]
        INT32_SET: _ClassVar[ValueType.Enum]
        INT64_SET: _ClassVar[ValueType.Enum]
        DOUBLE_SET: _ClassVar[ValueType.Enum]
        FLOAT_SET: _ClassVar[ValueType.Enum]
        BOOL_SET: _ClassVar[ValueType.Enum]
        UNIX_TIMESTAMP_SET: _ClassVar[ValueType.Enum]
        PDF_BYTES: _ClassVar[ValueType.Enum]
        IMAGE_BYTES: _ClassVar[ValueType.Enum]
        JSON: _ClassVar[ValueType.Enum]
        JSON_LIST: _ClassVar[ValueType.Enum]
        STRUCT: _ClassVar[ValueType.Enum]
        STRUCT_LIST: _ClassVar[ValueType.Enum]
        UUID: _ClassVar[ValueType.Enum]
        TIME_UUID: _ClassVar[ValueType.Enum]
        UUID_LIST: _ClassVar[ValueType.Enum]
        TIME_UUID_LIST: _ClassVar[ValueType.Enum]
        UUID_SET: _ClassVar[ValueType.Enum]
        TIME_UUID_SET: _ClassVar[ValueType.Enum]
        VALUE_LIST: _ClassVar[ValueType.Enum]
        VALUE_SET: _ClassVar[ValueType.Enum]
        DECIMAL: _ClassVar[ValueType.Enum]
        DECIMAL_LIST: _ClassVar[ValueType.Enum]
        DECIMAL_SET: _ClassVar[ValueType.Enum]
        SCALAR_MAP: _ClassVar[ValueType.Enum]
        ZONED_TIMESTAMP: _ClassVar[ValueType.Enum]
    INVALID: ValueType.Enum
    BYTES: ValueType.Enum
    STRING: ValueType.Enum
    INT32: ValueType.Enum
    INT64: ValueType.Enum
    DOUBLE: ValueType.Enum
    FLOAT: ValueType.Enum
    BOOL: ValueType.Enum
    UNIX_TIMESTAMP: ValueType.Enum
    BYTES_LIST: ValueType.Enum
    STRING_LIST: ValueType.Enum
    INT32_LIST: ValueType.Enum
    INT64_LIST: ValueType.Enum
    DOUBLE_LIST: ValueType.Enum
    FLOAT_LIST: ValueType.Enum
    BOOL_LIST: ValueType.Enum
    UNIX_TIMESTAMP_LIST: ValueType.Enum
    NULL: ValueType.Enum
    MAP: ValueType.Enum
    MAP_LIST: ValueType.Enum
    BYTES_SET: ValueType.Enum
    STRING_SET: ValueType.Enum
    INT32_SET: ValueType.Enum
    INT64_SET: ValueType.Enum
    DOUBLE_SET: ValueType.Enum
    FLOAT_SET: ValueType.Enum
    BOOL_SET: ValueType.Enum
    UNIX_TIMESTAMP_SET: ValueType.Enum
    PDF_BYTES: ValueType.Enum
    IMAGE_BYTES: ValueType.Enum
    JSON: ValueType.Enum
    JSON_LIST: ValueType.Enum
    STRUCT: ValueType.Enum
    STRUCT_LIST: ValueType.Enum
    UUID: ValueType.Enum
    TIME_UUID: ValueType.Enum
    UUID_LIST: ValueType.Enum
    TIME_UUID_LIST: ValueType.Enum
    UUID_SET: ValueType.Enum
    TIME_UUID_SET: ValueType.Enum
    VALUE_LIST: ValueType.Enum
    VALUE_SET: ValueType.Enum
    DECIMAL: ValueType.Enum
    DECIMAL_LIST: ValueType.Enum
    DECIMAL_SET: ValueType.Enum
    SCALAR_MAP: ValueType.Enum
    ZONED_TIMESTAMP: ValueType.Enum
    def __init__(self) -> None: ...

class Field(_message.Message):
    __slots__ = ("name", "value_type", "tags", "description", "vector_index", "vector_search_metric", "vector_length")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_TYPE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    VECTOR_INDEX_FIELD_NUMBER: _ClassVar[int]
    VECTOR_SEARCH_METRIC_FIELD_NUMBER: _ClassVar[int]
    VECTOR_LENGTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    value_type: ValueType.Enum
    tags: _containers.ScalarMap[str, str]
    description: str
    vector_index: bool
    vector_search_metric: str
    vector_length: int
    def __init__(self, name: _Optional[str] = ..., value_type: _Optional[_Union[ValueType.Enum, str]] = ..., tags: _Optional[_Mapping[str, str]] = ..., description: _Optional[str] = ..., vector_index: _Optional[bool] = ..., vector_search_metric: _Optional[str] = ..., vector_length: _Optional[int] = ...) -> None: ...

class Times(_message.Message):
    __slots__ = ("created_timestamp", "last_updated_timestamp")
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LAST_UPDATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    created_timestamp: _timestamp_pb2.Timestamp
    last_updated_timestamp: _timestamp_pb2.Timestamp
    def __init__(self, created_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_updated_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Project(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: ProjectSpec
    meta: Times
    def __init__(self, spec: _Optional[_Union[ProjectSpec, _Mapping]] = ..., meta: _Optional[_Union[Times, _Mapping]] = ...) -> None: ...

class ProjectSpec(_message.Message):
    __slots__ = ("name", "description", "tags", "owner")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    tags: _containers.ScalarMap[str, str]
    owner: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., tags: _Optional[_Mapping[str, str]] = ..., owner: _Optional[str] = ...) -> None: ...

class Entity(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: EntitySpec
    meta: Times
    def __init__(self, spec: _Optional[_Union[EntitySpec, _Mapping]] = ..., meta: _Optional[_Union[Times, _Mapping]] = ...) -> None: ...

class EntitySpec(_message.Message):
    __slots__ = ("name", "value_type", "description", "join_key", "tags", "project", "owner")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    JOIN_KEY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    name: str
    value_type: ValueType.Enum
    description: str
    join_key: str
    tags: _containers.ScalarMap[str, str]
    project: str
    owner: str
    def __init__(self, name: _Optional[str] = ..., value_type: _Optional[_Union[ValueType.Enum, str]] = ..., description: _Optional[str] = ..., join_key: _Optional[str] = ..., tags: _Optional[_Mapping[str, str]] = ..., project: _Optional[str] = ..., owner: _Optional[str] = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("start_time", "end_time")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ViewState(_message.Message):
    __slots__ = ()
    class Enum(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[ViewState.Enum]
        CREATED: _ClassVar[ViewState.Enum]
        GENERATED: _ClassVar[ViewState.Enum]
        MATERIALIZING: _ClassVar[ViewState.Enum]
        AVAILABLE_ONLINE: _ClassVar[ViewState.Enum]
    STATE_UNSPECIFIED: ViewState.Enum
    CREATED: ViewState.Enum
    GENERATED: ViewState.Enum
    MATERIALIZING: ViewState.Enum
    AVAILABLE_ONLINE: ViewState.Enum
    def __init__(self) -> None: ...

class ViewMeta(_message.Message):
    __slots__ = ("created_timestamp", "last_updated_timestamp", "materialization_intervals", "current_version_number", "version_id", "state")
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LAST_UPDATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MATERIALIZATION_INTERVALS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_VERSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VERSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    created_timestamp: _timestamp_pb2.Timestamp
    last_updated_timestamp: _timestamp_pb2.Timestamp
    materialization_intervals: _containers.RepeatedCompositeFieldContainer[Interval]
    current_version_number: int
    version_id: str
    state: ViewState.Enum
    def __init__(self, created_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_updated_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., materialization_intervals: _Optional[_Iterable[_Union[Interval, _Mapping]]] = ..., current_version_number: _Optional[int] = ..., version_id: _Optional[str] = ..., state: _Optional[_Union[ViewState.Enum, str]] = ...) -> None: ...

class Function(_message.Message):
    __slots__ = ("name", "body_text", "mode")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BODY_TEXT_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    body_text: str
    mode: str
    def __init__(self, name: _Optional[str] = ..., body_text: _Optional[str] = ..., mode: _Optional[str] = ...) -> None: ...

class Substrait(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Transformation(_message.Message):
    __slots__ = ("user_defined_function", "substrait_transformation")
    USER_DEFINED_FUNCTION_FIELD_NUMBER: _ClassVar[int]
    SUBSTRAIT_TRANSFORMATION_FIELD_NUMBER: _ClassVar[int]
    user_defined_function: Function
    substrait_transformation: Substrait
    def __init__(self, user_defined_function: _Optional[_Union[Function, _Mapping]] = ..., substrait_transformation: _Optional[_Union[Substrait, _Mapping]] = ...) -> None: ...

class Aggregation(_message.Message):
    __slots__ = ("column", "function", "time_window", "slide_interval", "name")
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    TIME_WINDOW_FIELD_NUMBER: _ClassVar[int]
    SLIDE_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    column: str
    function: str
    time_window: _duration_pb2.Duration
    slide_interval: _duration_pb2.Duration
    name: str
    def __init__(self, column: _Optional[str] = ..., function: _Optional[str] = ..., time_window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., slide_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class FeatureView(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: FeatureViewSpec
    meta: ViewMeta
    def __init__(self, spec: _Optional[_Union[FeatureViewSpec, _Mapping]] = ..., meta: _Optional[_Union[ViewMeta, _Mapping]] = ...) -> None: ...

class FeatureViewSpec(_message.Message):
    __slots__ = ("name", "project", "entities", "features", "tags", "ttl", "batch_source", "online", "stream_source", "description", "owner", "entity_columns", "offline", "source_views", "feature_transformation", "mode", "enable_validation", "version", "org", "disabled")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    BATCH_SOURCE_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    STREAM_SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    ENTITY_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_VIEWS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_TRANSFORMATION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    ENABLE_VALIDATION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ORG_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    entities: _containers.RepeatedScalarFieldContainer[str]
    features: _containers.RepeatedCompositeFieldContainer[Field]
    tags: _containers.ScalarMap[str, str]
    ttl: _duration_pb2.Duration
    batch_source: DataSource
    online: bool
    stream_source: DataSource
    description: str
    owner: str
    entity_columns: _containers.RepeatedCompositeFieldContainer[Field]
    offline: bool
    source_views: _containers.RepeatedCompositeFieldContainer[FeatureViewSpec]
    feature_transformation: Transformation
    mode: str
    enable_validation: bool
    version: str
    org: str
    disabled: bool
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., entities: _Optional[_Iterable[str]] = ..., features: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., tags: _Optional[_Mapping[str, str]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., batch_source: _Optional[_Union[DataSource, _Mapping]] = ..., online: _Optional[bool] = ..., stream_source: _Optional[_Union[DataSource, _Mapping]] = ..., description: _Optional[str] = ..., owner: _Optional[str] = ..., entity_columns: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., offline: _Optional[bool] = ..., source_views: _Optional[_Iterable[_Union[FeatureViewSpec, _Mapping]]] = ..., feature_transformation: _Optional[_Union[Transformation, _Mapping]] = ..., mode: _Optional[str] = ..., enable_validation: _Optional[bool] = ..., version: _Optional[str] = ..., org: _Optional[str] = ..., disabled: _Optional[bool] = ...) -> None: ...

class StreamFeatureView(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: StreamFeatureViewSpec
    meta: ViewMeta
    def __init__(self, spec: _Optional[_Union[StreamFeatureViewSpec, _Mapping]] = ..., meta: _Optional[_Union[ViewMeta, _Mapping]] = ...) -> None: ...

class StreamFeatureViewSpec(_message.Message):
    __slots__ = ("name", "project", "entities", "features", "entity_columns", "description", "tags", "owner", "ttl", "batch_source", "stream_source", "online", "user_defined_function", "mode", "aggregations", "timestamp_field", "feature_transformation", "enable_tiling", "tiling_hop_size", "enable_validation", "version", "org", "disabled")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ENTITY_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    BATCH_SOURCE_FIELD_NUMBER: _ClassVar[int]
    STREAM_SOURCE_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    USER_DEFINED_FUNCTION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    AGGREGATIONS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_FIELD_NUMBER: _ClassVar[int]
    FEATURE_TRANSFORMATION_FIELD_NUMBER: _ClassVar[int]
    ENABLE_TILING_FIELD_NUMBER: _ClassVar[int]
    TILING_HOP_SIZE_FIELD_NUMBER: _ClassVar[int]
    ENABLE_VALIDATION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ORG_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    entities: _containers.RepeatedScalarFieldContainer[str]
    features: _containers.RepeatedCompositeFieldContainer[Field]
    entity_columns: _containers.RepeatedCompositeFieldContainer[Field]
    description: str
    tags: _containers.ScalarMap[str, str]
    owner: str
    ttl: _duration_pb2.Duration
    batch_source: DataSource
    stream_source: DataSource
    online: bool
    user_defined_function: Function
    mode: str
    aggregations: _containers.RepeatedCompositeFieldContainer[Aggregation]
    timestamp_field: str
    feature_transformation: Transformation
    enable_tiling: bool
    tiling_hop_size: _duration_pb2.Duration
    enable_validation: bool
    version: str
    org: str
    disabled: bool
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., entities: _Optional[_Iterable[str]] = ..., features: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., entity_columns: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., description: _Optional[str] = ..., tags: _Optional[_Mapping[str, str]] = ..., owner: _Optional[str] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., batch_source: _Optional[_Union[DataSource, _Mapping]] = ..., stream_source: _Optional[_Union[DataSource, _Mapping]] = ..., online: _Optional[bool] = ..., user_defined_function: _Optional[_Union[Function, _Mapping]] = ..., mode: _Optional[str] = ..., aggregations: _Optional[_Iterable[_Union[Aggregation, _Mapping]]] = ..., timestamp_field: _Optional[str] = ..., feature_transformation: _Optional[_Union[Transformation, _Mapping]] = ..., enable_tiling: _Optional[bool] = ..., tiling_hop_size: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., enable_validation: _Optional[bool] = ..., version: _Optional[str] = ..., org: _Optional[str] = ..., disabled: _Optional[bool] = ...) -> None: ...

class OnDemandFeatureView(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: OnDemandFeatureViewSpec
    meta: OnDemandMeta
    def __init__(self, spec: _Optional[_Union[OnDemandFeatureViewSpec, _Mapping]] = ..., meta: _Optional[_Union[OnDemandMeta, _Mapping]] = ...) -> None: ...

class OnDemandMeta(_message.Message):
    __slots__ = ("created_timestamp", "last_updated_timestamp", "current_version_number", "version_id", "state")
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LAST_UPDATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CURRENT_VERSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VERSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    created_timestamp: _timestamp_pb2.Timestamp
    last_updated_timestamp: _timestamp_pb2.Timestamp
    current_version_number: int
    version_id: str
    state: ViewState.Enum
    def __init__(self, created_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_updated_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., current_version_number: _Optional[int] = ..., version_id: _Optional[str] = ..., state: _Optional[_Union[ViewState.Enum, str]] = ...) -> None: ...

class OnDemandSource(_message.Message):
    __slots__ = ("feature_view", "request_data_source", "feature_view_projection")
    FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    REQUEST_DATA_SOURCE_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEW_PROJECTION_FIELD_NUMBER: _ClassVar[int]
    feature_view: FeatureView
    request_data_source: DataSource
    feature_view_projection: Projection
    def __init__(self, feature_view: _Optional[_Union[FeatureView, _Mapping]] = ..., request_data_source: _Optional[_Union[DataSource, _Mapping]] = ..., feature_view_projection: _Optional[_Union[Projection, _Mapping]] = ...) -> None: ...

class OnDemandFeatureViewSpec(_message.Message):
    __slots__ = ("name", "project", "features", "sources", "user_defined_function", "description", "tags", "owner", "feature_transformation", "mode", "write_to_online_store", "entities", "entity_columns", "singleton", "aggregations", "version", "org", "disabled")
    class SourcesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: OnDemandSource
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[OnDemandSource, _Mapping]] = ...) -> None: ...
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    USER_DEFINED_FUNCTION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    FEATURE_TRANSFORMATION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    WRITE_TO_ONLINE_STORE_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    ENTITY_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    SINGLETON_FIELD_NUMBER: _ClassVar[int]
    AGGREGATIONS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ORG_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    features: _containers.RepeatedCompositeFieldContainer[Field]
    sources: _containers.MessageMap[str, OnDemandSource]
    user_defined_function: Function
    description: str
    tags: _containers.ScalarMap[str, str]
    owner: str
    feature_transformation: Transformation
    mode: str
    write_to_online_store: bool
    entities: _containers.RepeatedScalarFieldContainer[str]
    entity_columns: _containers.RepeatedCompositeFieldContainer[Field]
    singleton: bool
    aggregations: _containers.RepeatedCompositeFieldContainer[Aggregation]
    version: str
    org: str
    disabled: bool
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., features: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., sources: _Optional[_Mapping[str, OnDemandSource]] = ..., user_defined_function: _Optional[_Union[Function, _Mapping]] = ..., description: _Optional[str] = ..., tags: _Optional[_Mapping[str, str]] = ..., owner: _Optional[str] = ..., feature_transformation: _Optional[_Union[Transformation, _Mapping]] = ..., mode: _Optional[str] = ..., write_to_online_store: _Optional[bool] = ..., entities: _Optional[_Iterable[str]] = ..., entity_columns: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., singleton: _Optional[bool] = ..., aggregations: _Optional[_Iterable[_Union[Aggregation, _Mapping]]] = ..., version: _Optional[str] = ..., org: _Optional[str] = ..., disabled: _Optional[bool] = ...) -> None: ...

class LabelView(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: LabelViewSpec
    meta: Times
    def __init__(self, spec: _Optional[_Union[LabelViewSpec, _Mapping]] = ..., meta: _Optional[_Union[Times, _Mapping]] = ...) -> None: ...

class ConflictPolicy(_message.Message):
    __slots__ = ()
    class Enum(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LAST_WRITE_WINS: _ClassVar[ConflictPolicy.Enum]
        LABELER_PRIORITY: _ClassVar[ConflictPolicy.Enum]
        MAJORITY_VOTE: _ClassVar[ConflictPolicy.Enum]
    LAST_WRITE_WINS: ConflictPolicy.Enum
    LABELER_PRIORITY: ConflictPolicy.Enum
    MAJORITY_VOTE: ConflictPolicy.Enum
    def __init__(self) -> None: ...

class LabelViewSpec(_message.Message):
    __slots__ = ("name", "project", "entities", "features", "tags", "ttl", "source", "online", "description", "owner", "entity_columns", "labeler_field", "conflict_policy", "retain_history", "reference_feature_view")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    ENTITY_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    LABELER_FIELD_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_POLICY_FIELD_NUMBER: _ClassVar[int]
    RETAIN_HISTORY_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    entities: _containers.RepeatedScalarFieldContainer[str]
    features: _containers.RepeatedCompositeFieldContainer[Field]
    tags: _containers.ScalarMap[str, str]
    ttl: _duration_pb2.Duration
    source: DataSource
    online: bool
    description: str
    owner: str
    entity_columns: _containers.RepeatedCompositeFieldContainer[Field]
    labeler_field: str
    conflict_policy: ConflictPolicy.Enum
    retain_history: bool
    reference_feature_view: str
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., entities: _Optional[_Iterable[str]] = ..., features: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., tags: _Optional[_Mapping[str, str]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., source: _Optional[_Union[DataSource, _Mapping]] = ..., online: _Optional[bool] = ..., description: _Optional[str] = ..., owner: _Optional[str] = ..., entity_columns: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., labeler_field: _Optional[str] = ..., conflict_policy: _Optional[_Union[ConflictPolicy.Enum, str]] = ..., retain_history: _Optional[bool] = ..., reference_feature_view: _Optional[str] = ...) -> None: ...

class VersionHistory(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[VersionRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[VersionRecord, _Mapping]]] = ...) -> None: ...

class VersionRecord(_message.Message):
    __slots__ = ("feature_view_name", "project_id", "version_number", "feature_view_type", "feature_view_proto", "created_timestamp", "description", "version_id")
    FEATURE_VIEW_NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEW_TYPE_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEW_PROTO_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    VERSION_ID_FIELD_NUMBER: _ClassVar[int]
    feature_view_name: str
    project_id: str
    version_number: int
    feature_view_type: str
    feature_view_proto: bytes
    created_timestamp: _timestamp_pb2.Timestamp
    description: str
    version_id: str
    def __init__(self, feature_view_name: _Optional[str] = ..., project_id: _Optional[str] = ..., version_number: _Optional[int] = ..., feature_view_type: _Optional[str] = ..., feature_view_proto: _Optional[bytes] = ..., created_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., description: _Optional[str] = ..., version_id: _Optional[str] = ...) -> None: ...

class Projection(_message.Message):
    __slots__ = ("feature_view_name", "feature_columns", "feature_view_name_alias", "join_key_map", "timestamp_field", "date_partition_column", "created_timestamp_column", "batch_source", "stream_source", "version_tag", "view_type")
    class JoinKeyMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FEATURE_VIEW_NAME_FIELD_NUMBER: _ClassVar[int]
    FEATURE_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEW_NAME_ALIAS_FIELD_NUMBER: _ClassVar[int]
    JOIN_KEY_MAP_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_FIELD_NUMBER: _ClassVar[int]
    DATE_PARTITION_COLUMN_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIMESTAMP_COLUMN_FIELD_NUMBER: _ClassVar[int]
    BATCH_SOURCE_FIELD_NUMBER: _ClassVar[int]
    STREAM_SOURCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_TAG_FIELD_NUMBER: _ClassVar[int]
    VIEW_TYPE_FIELD_NUMBER: _ClassVar[int]
    feature_view_name: str
    feature_columns: _containers.RepeatedCompositeFieldContainer[Field]
    feature_view_name_alias: str
    join_key_map: _containers.ScalarMap[str, str]
    timestamp_field: str
    date_partition_column: str
    created_timestamp_column: str
    batch_source: DataSource
    stream_source: DataSource
    version_tag: int
    view_type: str
    def __init__(self, feature_view_name: _Optional[str] = ..., feature_columns: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., feature_view_name_alias: _Optional[str] = ..., join_key_map: _Optional[_Mapping[str, str]] = ..., timestamp_field: _Optional[str] = ..., date_partition_column: _Optional[str] = ..., created_timestamp_column: _Optional[str] = ..., batch_source: _Optional[_Union[DataSource, _Mapping]] = ..., stream_source: _Optional[_Union[DataSource, _Mapping]] = ..., version_tag: _Optional[int] = ..., view_type: _Optional[str] = ...) -> None: ...

class FeatureService(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: FeatureServiceSpec
    meta: Times
    def __init__(self, spec: _Optional[_Union[FeatureServiceSpec, _Mapping]] = ..., meta: _Optional[_Union[Times, _Mapping]] = ...) -> None: ...

class FeatureServiceSpec(_message.Message):
    __slots__ = ("name", "project", "features", "tags", "description", "owner", "logging_config", "precompute_online")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    LOGGING_CONFIG_FIELD_NUMBER: _ClassVar[int]
    PRECOMPUTE_ONLINE_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    features: _containers.RepeatedCompositeFieldContainer[Projection]
    tags: _containers.ScalarMap[str, str]
    description: str
    owner: str
    logging_config: LoggingConfig
    precompute_online: bool
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., features: _Optional[_Iterable[_Union[Projection, _Mapping]]] = ..., tags: _Optional[_Mapping[str, str]] = ..., description: _Optional[str] = ..., owner: _Optional[str] = ..., logging_config: _Optional[_Union[LoggingConfig, _Mapping]] = ..., precompute_online: _Optional[bool] = ...) -> None: ...

class LoggingConfig(_message.Message):
    __slots__ = ("sample_rate", "file_destination", "bigquery_destination", "redshift_destination", "snowflake_destination", "custom_destination", "athena_destination", "couchbase_columnar_destination")
    class FileDestination(_message.Message):
        __slots__ = ("path", "s3_endpoint_override", "partition_by")
        PATH_FIELD_NUMBER: _ClassVar[int]
        S3_ENDPOINT_OVERRIDE_FIELD_NUMBER: _ClassVar[int]
        PARTITION_BY_FIELD_NUMBER: _ClassVar[int]
        path: str
        s3_endpoint_override: str
        partition_by: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, path: _Optional[str] = ..., s3_endpoint_override: _Optional[str] = ..., partition_by: _Optional[_Iterable[str]] = ...) -> None: ...
    class TableDestination(_message.Message):
        __slots__ = ("table",)
        TABLE_FIELD_NUMBER: _ClassVar[int]
        table: str
        def __init__(self, table: _Optional[str] = ...) -> None: ...
    class CustomDestination(_message.Message):
        __slots__ = ("kind", "config")
        class ConfigEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: str
            value: str
            def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
        KIND_FIELD_NUMBER: _ClassVar[int]
        CONFIG_FIELD_NUMBER: _ClassVar[int]
        kind: str
        config: _containers.ScalarMap[str, str]
        def __init__(self, kind: _Optional[str] = ..., config: _Optional[_Mapping[str, str]] = ...) -> None: ...
    class CouchbaseDestination(_message.Message):
        __slots__ = ("database", "scope", "collection")
        DATABASE_FIELD_NUMBER: _ClassVar[int]
        SCOPE_FIELD_NUMBER: _ClassVar[int]
        COLLECTION_FIELD_NUMBER: _ClassVar[int]
        database: str
        scope: str
        collection: str
        def __init__(self, database: _Optional[str] = ..., scope: _Optional[str] = ..., collection: _Optional[str] = ...) -> None: ...
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    FILE_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    BIGQUERY_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    REDSHIFT_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    SNOWFLAKE_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    ATHENA_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    COUCHBASE_COLUMNAR_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    sample_rate: float
    file_destination: LoggingConfig.FileDestination
    bigquery_destination: LoggingConfig.TableDestination
    redshift_destination: LoggingConfig.TableDestination
    snowflake_destination: LoggingConfig.TableDestination
    custom_destination: LoggingConfig.CustomDestination
    athena_destination: LoggingConfig.TableDestination
    couchbase_columnar_destination: LoggingConfig.CouchbaseDestination
    def __init__(self, sample_rate: _Optional[float] = ..., file_destination: _Optional[_Union[LoggingConfig.FileDestination, _Mapping]] = ..., bigquery_destination: _Optional[_Union[LoggingConfig.TableDestination, _Mapping]] = ..., redshift_destination: _Optional[_Union[LoggingConfig.TableDestination, _Mapping]] = ..., snowflake_destination: _Optional[_Union[LoggingConfig.TableDestination, _Mapping]] = ..., custom_destination: _Optional[_Union[LoggingConfig.CustomDestination, _Mapping]] = ..., athena_destination: _Optional[_Union[LoggingConfig.TableDestination, _Mapping]] = ..., couchbase_columnar_destination: _Optional[_Union[LoggingConfig.CouchbaseDestination, _Mapping]] = ...) -> None: ...

class SavedDataset(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: SavedDatasetSpec
    meta: SavedDatasetMeta
    def __init__(self, spec: _Optional[_Union[SavedDatasetSpec, _Mapping]] = ..., meta: _Optional[_Union[SavedDatasetMeta, _Mapping]] = ...) -> None: ...

class SavedDatasetMeta(_message.Message):
    __slots__ = ("created_timestamp", "last_updated_timestamp", "min_event_timestamp", "max_event_timestamp")
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LAST_UPDATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MIN_EVENT_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MAX_EVENT_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    created_timestamp: _timestamp_pb2.Timestamp
    last_updated_timestamp: _timestamp_pb2.Timestamp
    min_event_timestamp: _timestamp_pb2.Timestamp
    max_event_timestamp: _timestamp_pb2.Timestamp
    def __init__(self, created_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_updated_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., min_event_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., max_event_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SavedDatasetSpec(_message.Message):
    __slots__ = ("name", "project", "features", "join_keys", "full_feature_names", "storage", "tags", "feature_service_name", "namespace", "collection", "description", "columns")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    JOIN_KEYS_FIELD_NUMBER: _ClassVar[int]
    FULL_FEATURE_NAMES_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SERVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    features: _containers.RepeatedScalarFieldContainer[str]
    join_keys: _containers.RepeatedScalarFieldContainer[str]
    full_feature_names: bool
    storage: Storage
    tags: _containers.ScalarMap[str, str]
    feature_service_name: str
    namespace: str
    collection: str
    description: str
    columns: _containers.RepeatedCompositeFieldContainer[SavedColumn]
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., features: _Optional[_Iterable[str]] = ..., join_keys: _Optional[_Iterable[str]] = ..., full_feature_names: _Optional[bool] = ..., storage: _Optional[_Union[Storage, _Mapping]] = ..., tags: _Optional[_Mapping[str, str]] = ..., feature_service_name: _Optional[str] = ..., namespace: _Optional[str] = ..., collection: _Optional[str] = ..., description: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[SavedColumn, _Mapping]]] = ...) -> None: ...

class SavedColumn(_message.Message):
    __slots__ = ("name", "type", "description", "nullable")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NULLABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    description: str
    nullable: bool
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., description: _Optional[str] = ..., nullable: _Optional[bool] = ...) -> None: ...

class Storage(_message.Message):
    __slots__ = ("file_storage", "bigquery_storage", "redshift_storage", "snowflake_storage", "trino_storage", "spark_storage", "custom_storage", "athena_storage")
    FILE_STORAGE_FIELD_NUMBER: _ClassVar[int]
    BIGQUERY_STORAGE_FIELD_NUMBER: _ClassVar[int]
    REDSHIFT_STORAGE_FIELD_NUMBER: _ClassVar[int]
    SNOWFLAKE_STORAGE_FIELD_NUMBER: _ClassVar[int]
    TRINO_STORAGE_FIELD_NUMBER: _ClassVar[int]
    SPARK_STORAGE_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_STORAGE_FIELD_NUMBER: _ClassVar[int]
    ATHENA_STORAGE_FIELD_NUMBER: _ClassVar[int]
    file_storage: FileOptions
    bigquery_storage: TableOptions
    redshift_storage: TableOptions
    snowflake_storage: TableOptions
    trino_storage: TableOptions
    spark_storage: SparkOptions
    custom_storage: CustomOptions
    athena_storage: AthenaOptions
    def __init__(self, file_storage: _Optional[_Union[FileOptions, _Mapping]] = ..., bigquery_storage: _Optional[_Union[TableOptions, _Mapping]] = ..., redshift_storage: _Optional[_Union[TableOptions, _Mapping]] = ..., snowflake_storage: _Optional[_Union[TableOptions, _Mapping]] = ..., trino_storage: _Optional[_Union[TableOptions, _Mapping]] = ..., spark_storage: _Optional[_Union[SparkOptions, _Mapping]] = ..., custom_storage: _Optional[_Union[CustomOptions, _Mapping]] = ..., athena_storage: _Optional[_Union[AthenaOptions, _Mapping]] = ...) -> None: ...

class DataSource(_message.Message):
    __slots__ = ("type", "field_mapping", "timestamp_field", "date_partition_column", "created_timestamp_column", "data_source_class_type", "name", "project", "description", "tags", "owner", "batch_source", "timestamp_field_type", "meta", "file_options", "bigquery_options", "kafka_options", "kinesis_options", "redshift_options", "custom_options", "request_data_options", "snowflake_options", "push_options", "spark_options", "trino_options", "athena_options")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        INVALID: _ClassVar[DataSource.Type]
        BATCH_FILE: _ClassVar[DataSource.Type]
        BATCH_BIGQUERY: _ClassVar[DataSource.Type]
        STREAM_KAFKA: _ClassVar[DataSource.Type]
        STREAM_KINESIS: _ClassVar[DataSource.Type]
        BATCH_REDSHIFT: _ClassVar[DataSource.Type]
        CUSTOM_SOURCE: _ClassVar[DataSource.Type]
        REQUEST_SOURCE: _ClassVar[DataSource.Type]
        BATCH_SNOWFLAKE: _ClassVar[DataSource.Type]
        PUSH_SOURCE: _ClassVar[DataSource.Type]
        BATCH_TRINO: _ClassVar[DataSource.Type]
        BATCH_SPARK: _ClassVar[DataSource.Type]
        BATCH_ATHENA: _ClassVar[DataSource.Type]
        BATCH_ICEBERG: _ClassVar[DataSource.Type]
    INVALID: DataSource.Type
    BATCH_FILE: DataSource.Type
    BATCH_BIGQUERY: DataSource.Type
    STREAM_KAFKA: DataSource.Type
    STREAM_KINESIS: DataSource.Type
    BATCH_REDSHIFT: DataSource.Type
    CUSTOM_SOURCE: DataSource.Type
    REQUEST_SOURCE: DataSource.Type
    BATCH_SNOWFLAKE: DataSource.Type
    PUSH_SOURCE: DataSource.Type
    BATCH_TRINO: DataSource.Type
    BATCH_SPARK: DataSource.Type
    BATCH_ATHENA: DataSource.Type
    BATCH_ICEBERG: DataSource.Type
    class FieldMappingEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FIELD_MAPPING_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_FIELD_NUMBER: _ClassVar[int]
    DATE_PARTITION_COLUMN_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIMESTAMP_COLUMN_FIELD_NUMBER: _ClassVar[int]
    DATA_SOURCE_CLASS_TYPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    BATCH_SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_TYPE_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    FILE_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    BIGQUERY_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    KAFKA_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    KINESIS_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REDSHIFT_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_DATA_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SNOWFLAKE_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PUSH_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SPARK_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    TRINO_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ATHENA_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    type: DataSource.Type
    field_mapping: _containers.ScalarMap[str, str]
    timestamp_field: str
    date_partition_column: str
    created_timestamp_column: str
    data_source_class_type: str
    name: str
    project: str
    description: str
    tags: _containers.ScalarMap[str, str]
    owner: str
    batch_source: DataSource
    timestamp_field_type: str
    meta: SourceMeta
    file_options: FileOptions
    bigquery_options: TableOptions
    kafka_options: KafkaOptions
    kinesis_options: KinesisOptions
    redshift_options: TableOptions
    custom_options: CustomOptions
    request_data_options: RequestOptions
    snowflake_options: TableOptions
    push_options: PushOptions
    spark_options: SparkOptions
    trino_options: TableOptions
    athena_options: AthenaOptions
    def __init__(self, type: _Optional[_Union[DataSource.Type, str]] = ..., field_mapping: _Optional[_Mapping[str, str]] = ..., timestamp_field: _Optional[str] = ..., date_partition_column: _Optional[str] = ..., created_timestamp_column: _Optional[str] = ..., data_source_class_type: _Optional[str] = ..., name: _Optional[str] = ..., project: _Optional[str] = ..., description: _Optional[str] = ..., tags: _Optional[_Mapping[str, str]] = ..., owner: _Optional[str] = ..., batch_source: _Optional[_Union[DataSource, _Mapping]] = ..., timestamp_field_type: _Optional[str] = ..., meta: _Optional[_Union[SourceMeta, _Mapping]] = ..., file_options: _Optional[_Union[FileOptions, _Mapping]] = ..., bigquery_options: _Optional[_Union[TableOptions, _Mapping]] = ..., kafka_options: _Optional[_Union[KafkaOptions, _Mapping]] = ..., kinesis_options: _Optional[_Union[KinesisOptions, _Mapping]] = ..., redshift_options: _Optional[_Union[TableOptions, _Mapping]] = ..., custom_options: _Optional[_Union[CustomOptions, _Mapping]] = ..., request_data_options: _Optional[_Union[RequestOptions, _Mapping]] = ..., snowflake_options: _Optional[_Union[TableOptions, _Mapping]] = ..., push_options: _Optional[_Union[PushOptions, _Mapping]] = ..., spark_options: _Optional[_Union[SparkOptions, _Mapping]] = ..., trino_options: _Optional[_Union[TableOptions, _Mapping]] = ..., athena_options: _Optional[_Union[AthenaOptions, _Mapping]] = ...) -> None: ...

class SourceMeta(_message.Message):
    __slots__ = ("earliest_event_timestamp", "latest_event_timestamp", "created_timestamp", "last_updated_timestamp")
    EARLIEST_EVENT_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LATEST_EVENT_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LAST_UPDATED_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    earliest_event_timestamp: _timestamp_pb2.Timestamp
    latest_event_timestamp: _timestamp_pb2.Timestamp
    created_timestamp: _timestamp_pb2.Timestamp
    last_updated_timestamp: _timestamp_pb2.Timestamp
    def __init__(self, earliest_event_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., latest_event_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_updated_timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Nothing(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FileFormat(_message.Message):
    __slots__ = ("parquet_format", "delta_format")
    PARQUET_FORMAT_FIELD_NUMBER: _ClassVar[int]
    DELTA_FORMAT_FIELD_NUMBER: _ClassVar[int]
    parquet_format: Nothing
    delta_format: DeltaFormat
    def __init__(self, parquet_format: _Optional[_Union[Nothing, _Mapping]] = ..., delta_format: _Optional[_Union[DeltaFormat, _Mapping]] = ...) -> None: ...

class DeltaFormat(_message.Message):
    __slots__ = ("checkpoint_location", "properties")
    class PropertiesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CHECKPOINT_LOCATION_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    checkpoint_location: str
    properties: _containers.ScalarMap[str, str]
    def __init__(self, checkpoint_location: _Optional[str] = ..., properties: _Optional[_Mapping[str, str]] = ...) -> None: ...

class TableFormat(_message.Message):
    __slots__ = ("iceberg_format", "delta_format", "hudi_format", "lance_format")
    class Iceberg(_message.Message):
        __slots__ = ("catalog", "namespace", "properties")
        class PropertiesEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: str
            value: str
            def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
        CATALOG_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        PROPERTIES_FIELD_NUMBER: _ClassVar[int]
        catalog: str
        namespace: str
        properties: _containers.ScalarMap[str, str]
        def __init__(self, catalog: _Optional[str] = ..., namespace: _Optional[str] = ..., properties: _Optional[_Mapping[str, str]] = ...) -> None: ...
    class Hudi(_message.Message):
        __slots__ = ("table_type", "record_key", "precombine_field", "properties")
        class PropertiesEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: str
            value: str
            def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
        TABLE_TYPE_FIELD_NUMBER: _ClassVar[int]
        RECORD_KEY_FIELD_NUMBER: _ClassVar[int]
        PRECOMBINE_FIELD_FIELD_NUMBER: _ClassVar[int]
        PROPERTIES_FIELD_NUMBER: _ClassVar[int]
        table_type: str
        record_key: str
        precombine_field: str
        properties: _containers.ScalarMap[str, str]
        def __init__(self, table_type: _Optional[str] = ..., record_key: _Optional[str] = ..., precombine_field: _Optional[str] = ..., properties: _Optional[_Mapping[str, str]] = ...) -> None: ...
    class Lance(_message.Message):
        __slots__ = ("catalog", "namespace", "version", "tag", "properties")
        class PropertiesEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: str
            value: str
            def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
        CATALOG_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        VERSION_FIELD_NUMBER: _ClassVar[int]
        TAG_FIELD_NUMBER: _ClassVar[int]
        PROPERTIES_FIELD_NUMBER: _ClassVar[int]
        catalog: str
        namespace: str
        version: int
        tag: str
        properties: _containers.ScalarMap[str, str]
        def __init__(self, catalog: _Optional[str] = ..., namespace: _Optional[str] = ..., version: _Optional[int] = ..., tag: _Optional[str] = ..., properties: _Optional[_Mapping[str, str]] = ...) -> None: ...
    ICEBERG_FORMAT_FIELD_NUMBER: _ClassVar[int]
    DELTA_FORMAT_FIELD_NUMBER: _ClassVar[int]
    HUDI_FORMAT_FIELD_NUMBER: _ClassVar[int]
    LANCE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    iceberg_format: TableFormat.Iceberg
    delta_format: DeltaFormat
    hudi_format: TableFormat.Hudi
    lance_format: TableFormat.Lance
    def __init__(self, iceberg_format: _Optional[_Union[TableFormat.Iceberg, _Mapping]] = ..., delta_format: _Optional[_Union[DeltaFormat, _Mapping]] = ..., hudi_format: _Optional[_Union[TableFormat.Hudi, _Mapping]] = ..., lance_format: _Optional[_Union[TableFormat.Lance, _Mapping]] = ...) -> None: ...

class StreamFormat(_message.Message):
    __slots__ = ("avro_format", "proto_format", "json_format")
    class SchemaText(_message.Message):
        __slots__ = ("schema_json",)
        SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
        schema_json: str
        def __init__(self, schema_json: _Optional[str] = ...) -> None: ...
    class ClassPath(_message.Message):
        __slots__ = ("class_path",)
        CLASS_PATH_FIELD_NUMBER: _ClassVar[int]
        class_path: str
        def __init__(self, class_path: _Optional[str] = ...) -> None: ...
    AVRO_FORMAT_FIELD_NUMBER: _ClassVar[int]
    PROTO_FORMAT_FIELD_NUMBER: _ClassVar[int]
    JSON_FORMAT_FIELD_NUMBER: _ClassVar[int]
    avro_format: StreamFormat.SchemaText
    proto_format: StreamFormat.ClassPath
    json_format: StreamFormat.SchemaText
    def __init__(self, avro_format: _Optional[_Union[StreamFormat.SchemaText, _Mapping]] = ..., proto_format: _Optional[_Union[StreamFormat.ClassPath, _Mapping]] = ..., json_format: _Optional[_Union[StreamFormat.SchemaText, _Mapping]] = ...) -> None: ...

class FileOptions(_message.Message):
    __slots__ = ("file_format", "uri", "s3_endpoint_override")
    FILE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    S3_ENDPOINT_OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    file_format: FileFormat
    uri: str
    s3_endpoint_override: str
    def __init__(self, file_format: _Optional[_Union[FileFormat, _Mapping]] = ..., uri: _Optional[str] = ..., s3_endpoint_override: _Optional[str] = ...) -> None: ...

class TableOptions(_message.Message):
    __slots__ = ("table", "query", "schema", "database")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    DATABASE_FIELD_NUMBER: _ClassVar[int]
    table: str
    query: str
    schema: str
    database: str
    def __init__(self, table: _Optional[str] = ..., query: _Optional[str] = ..., schema: _Optional[str] = ..., database: _Optional[str] = ...) -> None: ...

class AthenaOptions(_message.Message):
    __slots__ = ("table", "query", "database", "data_source")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    DATABASE_FIELD_NUMBER: _ClassVar[int]
    DATA_SOURCE_FIELD_NUMBER: _ClassVar[int]
    table: str
    query: str
    database: str
    data_source: str
    def __init__(self, table: _Optional[str] = ..., query: _Optional[str] = ..., database: _Optional[str] = ..., data_source: _Optional[str] = ...) -> None: ...

class SparkOptions(_message.Message):
    __slots__ = ("table", "query", "path", "file_format", "date_partition_column_format", "table_format")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    DATE_PARTITION_COLUMN_FORMAT_FIELD_NUMBER: _ClassVar[int]
    TABLE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    table: str
    query: str
    path: str
    file_format: str
    date_partition_column_format: str
    table_format: TableFormat
    def __init__(self, table: _Optional[str] = ..., query: _Optional[str] = ..., path: _Optional[str] = ..., file_format: _Optional[str] = ..., date_partition_column_format: _Optional[str] = ..., table_format: _Optional[_Union[TableFormat, _Mapping]] = ...) -> None: ...

class KafkaOptions(_message.Message):
    __slots__ = ("kafka_bootstrap_servers", "topic", "message_format", "watermark_delay_threshold")
    KAFKA_BOOTSTRAP_SERVERS_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_DELAY_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    kafka_bootstrap_servers: str
    topic: str
    message_format: StreamFormat
    watermark_delay_threshold: _duration_pb2.Duration
    def __init__(self, kafka_bootstrap_servers: _Optional[str] = ..., topic: _Optional[str] = ..., message_format: _Optional[_Union[StreamFormat, _Mapping]] = ..., watermark_delay_threshold: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class KinesisOptions(_message.Message):
    __slots__ = ("region", "stream_name", "record_format")
    REGION_FIELD_NUMBER: _ClassVar[int]
    STREAM_NAME_FIELD_NUMBER: _ClassVar[int]
    RECORD_FORMAT_FIELD_NUMBER: _ClassVar[int]
    region: str
    stream_name: str
    record_format: StreamFormat
    def __init__(self, region: _Optional[str] = ..., stream_name: _Optional[str] = ..., record_format: _Optional[_Union[StreamFormat, _Mapping]] = ...) -> None: ...

class CustomOptions(_message.Message):
    __slots__ = ("configuration",)
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    configuration: bytes
    def __init__(self, configuration: _Optional[bytes] = ...) -> None: ...

class RequestOptions(_message.Message):
    __slots__ = ("deprecated_schema", "schema")
    class DeprecatedSchemaEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ValueType.Enum
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ValueType.Enum, str]] = ...) -> None: ...
    DEPRECATED_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    deprecated_schema: _containers.ScalarMap[str, ValueType.Enum]
    schema: _containers.RepeatedCompositeFieldContainer[Field]
    def __init__(self, deprecated_schema: _Optional[_Mapping[str, ValueType.Enum]] = ..., schema: _Optional[_Iterable[_Union[Field, _Mapping]]] = ...) -> None: ...

class PushOptions(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Permission(_message.Message):
    __slots__ = ("spec", "meta")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    spec: PermissionSpec
    meta: Times
    def __init__(self, spec: _Optional[_Union[PermissionSpec, _Mapping]] = ..., meta: _Optional[_Union[Times, _Mapping]] = ...) -> None: ...

class PermissionSpec(_message.Message):
    __slots__ = ("name", "project", "types", "name_patterns", "required_tags", "actions", "policy", "tags")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CREATE: _ClassVar[PermissionSpec.Action]
        DESCRIBE: _ClassVar[PermissionSpec.Action]
        UPDATE: _ClassVar[PermissionSpec.Action]
        DELETE: _ClassVar[PermissionSpec.Action]
        READ_ONLINE: _ClassVar[PermissionSpec.Action]
        READ_OFFLINE: _ClassVar[PermissionSpec.Action]
        WRITE_ONLINE: _ClassVar[PermissionSpec.Action]
        WRITE_OFFLINE: _ClassVar[PermissionSpec.Action]
    CREATE: PermissionSpec.Action
    DESCRIBE: PermissionSpec.Action
    UPDATE: PermissionSpec.Action
    DELETE: PermissionSpec.Action
    READ_ONLINE: PermissionSpec.Action
    READ_OFFLINE: PermissionSpec.Action
    WRITE_ONLINE: PermissionSpec.Action
    WRITE_OFFLINE: PermissionSpec.Action
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FEATURE_VIEW: _ClassVar[PermissionSpec.Type]
        ON_DEMAND_FEATURE_VIEW: _ClassVar[PermissionSpec.Type]
        BATCH_FEATURE_VIEW: _ClassVar[PermissionSpec.Type]
        STREAM_FEATURE_VIEW: _ClassVar[PermissionSpec.Type]
        ENTITY: _ClassVar[PermissionSpec.Type]
        FEATURE_SERVICE: _ClassVar[PermissionSpec.Type]
        DATA_SOURCE: _ClassVar[PermissionSpec.Type]
        VALIDATION_REFERENCE: _ClassVar[PermissionSpec.Type]
        SAVED_DATASET: _ClassVar[PermissionSpec.Type]
        PERMISSION: _ClassVar[PermissionSpec.Type]
        PROJECT: _ClassVar[PermissionSpec.Type]
        LABEL_VIEW: _ClassVar[PermissionSpec.Type]
    FEATURE_VIEW: PermissionSpec.Type
    ON_DEMAND_FEATURE_VIEW: PermissionSpec.Type
    BATCH_FEATURE_VIEW: PermissionSpec.Type
    STREAM_FEATURE_VIEW: PermissionSpec.Type
    ENTITY: PermissionSpec.Type
    FEATURE_SERVICE: PermissionSpec.Type
    DATA_SOURCE: PermissionSpec.Type
    VALIDATION_REFERENCE: PermissionSpec.Type
    SAVED_DATASET: PermissionSpec.Type
    PERMISSION: PermissionSpec.Type
    PROJECT: PermissionSpec.Type
    LABEL_VIEW: PermissionSpec.Type
    class RequiredTagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    NAME_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_TAGS_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    types: _containers.RepeatedScalarFieldContainer[PermissionSpec.Type]
    name_patterns: _containers.RepeatedScalarFieldContainer[str]
    required_tags: _containers.ScalarMap[str, str]
    actions: _containers.RepeatedScalarFieldContainer[PermissionSpec.Action]
    policy: Policy
    tags: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., types: _Optional[_Iterable[_Union[PermissionSpec.Type, str]]] = ..., name_patterns: _Optional[_Iterable[str]] = ..., required_tags: _Optional[_Mapping[str, str]] = ..., actions: _Optional[_Iterable[_Union[PermissionSpec.Action, str]]] = ..., policy: _Optional[_Union[Policy, _Mapping]] = ..., tags: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("name", "project", "role_based_policy", "group_based_policy", "namespace_based_policy", "combined_group_namespace_policy")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    ROLE_BASED_POLICY_FIELD_NUMBER: _ClassVar[int]
    GROUP_BASED_POLICY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_BASED_POLICY_FIELD_NUMBER: _ClassVar[int]
    COMBINED_GROUP_NAMESPACE_POLICY_FIELD_NUMBER: _ClassVar[int]
    name: str
    project: str
    role_based_policy: RolePolicy
    group_based_policy: GroupPolicy
    namespace_based_policy: NamespacePolicy
    combined_group_namespace_policy: GroupNamespacePolicy
    def __init__(self, name: _Optional[str] = ..., project: _Optional[str] = ..., role_based_policy: _Optional[_Union[RolePolicy, _Mapping]] = ..., group_based_policy: _Optional[_Union[GroupPolicy, _Mapping]] = ..., namespace_based_policy: _Optional[_Union[NamespacePolicy, _Mapping]] = ..., combined_group_namespace_policy: _Optional[_Union[GroupNamespacePolicy, _Mapping]] = ...) -> None: ...

class RolePolicy(_message.Message):
    __slots__ = ("roles",)
    ROLES_FIELD_NUMBER: _ClassVar[int]
    roles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, roles: _Optional[_Iterable[str]] = ...) -> None: ...

class GroupPolicy(_message.Message):
    __slots__ = ("groups",)
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, groups: _Optional[_Iterable[str]] = ...) -> None: ...

class NamespacePolicy(_message.Message):
    __slots__ = ("namespaces",)
    NAMESPACES_FIELD_NUMBER: _ClassVar[int]
    namespaces: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, namespaces: _Optional[_Iterable[str]] = ...) -> None: ...

class GroupNamespacePolicy(_message.Message):
    __slots__ = ("groups", "namespaces")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACES_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedScalarFieldContainer[str]
    namespaces: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, groups: _Optional[_Iterable[str]] = ..., namespaces: _Optional[_Iterable[str]] = ...) -> None: ...
