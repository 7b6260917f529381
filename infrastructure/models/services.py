"""The providers of models that Z2 can ask, and what differs between them.

None of it was tried with a key; `seen` tells what a vendor's own page says.
"""

from infrastructure.models.service import Refused, Service

_PENALTIES: frozenset[Refused] = frozenset({"presence_penalty", "frequency_penalty"})
_NO_PARALLEL: frozenset[Refused] = frozenset({"parallel_tools"})

OPENAI = Service(
    name="openai",
    title="OpenAI",
    prefix="OPENAI",
    docs="https://developers.openai.com/api/docs/guides/migrate-to-responses",
    seen=frozenset({"protocol", "structured", "summaries", "url"}),
    url="https://api.openai.com/v1",
    protocol="responses",
    elsewhere="chat",
    summaries=True,
)
ANTHROPIC = Service(
    name="anthropic",
    title="Anthropic",
    prefix="ANTHROPIC",
    docs="https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking",
    seen=frozenset({"efforts", "protocol", "structured"}),
    url="https://api.anthropic.com",
    protocol="messages",
    sampling_if_known=True,
    efforts={"minimal": "low"},
    listing="/v1/models",
)
AZURE = Service(
    name="azure",
    title="Azure OpenAI",
    prefix="AZURE_OPENAI",
    docs="https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle",
    seen=frozenset({"key", "path"}),
    url_setting="AZURE_OPENAI_ENDPOINT",
    path="/openai/v1",
    limit="max_completion_tokens",
)
GOOGLE = Service(
    name="google",
    title="Google",
    prefix="GEMINI",
    docs="https://ai.google.dev/gemini-api/docs/openai",
    seen=frozenset({"url"}),
    url="https://generativelanguage.googleapis.com/v1beta/openai",
    refuses=_NO_PARALLEL,
    listing_prefix="models/",
)
GROQ = Service(
    name="groq",
    title="Groq",
    prefix="GROQ",
    docs="https://console.groq.com/docs/openai",
    seen=frozenset({"url"}),
    url="https://api.groq.com/openai/v1",
    efforts={"minimal": "low"},
)
MISTRAL = Service(
    name="mistral",
    title="Mistral",
    prefix="MISTRAL",
    docs="https://docs.mistral.ai/inference/conversations/reasoning",
    url="https://api.mistral.ai/v1",
    stream_options=False,
    seed="random_seed",
    efforts={"minimal": "low"},
)
XAI = Service(
    name="xai",
    title="xAI",
    prefix="XAI",
    docs="https://docs.x.ai/docs/guides/reasoning",
    url="https://api.x.ai/v1",
    limit="max_completion_tokens",
    refuses_thinking=_PENALTIES | {"stop"},
    efforts={"minimal": "low"},
)
PERPLEXITY = Service(
    name="perplexity",
    title="Perplexity",
    prefix="PERPLEXITY",
    docs="https://docs.perplexity.ai/docs/agent-api/openai-compatibility",
    seen=frozenset({"listing", "own_names", "protocol", "url"}),
    url="https://api.perplexity.ai/v1",
    protocol="responses",
    structured="words",
    own_names="perplexity/",
)
DEEPSEEK = Service(
    name="deepseek",
    title="DeepSeek",
    prefix="DEEPSEEK",
    docs="https://api-docs.deepseek.com/guides/thinking_mode",
    seen=frozenset({"reasoning", "refuses_thinking", "url"}),
    url="https://api.deepseek.com",
    refuses=_NO_PARALLEL,
    refuses_thinking=_PENALTIES | {"temperature"},
    structured="json_object",
    reasoning=("reasoning_content",),
    reasoning_back="reasoning_content",
)
MOONSHOT = Service(
    name="moonshot",
    title="Moonshot",
    prefix="MOONSHOT",
    docs="https://platform.kimi.ai/docs/overview",
    url="https://api.moonshot.ai/v1",
    limit="max_completion_tokens",
    refuses=_NO_PARALLEL,
    refuses_thinking=_PENALTIES | {"temperature", "top_p"},
    tool_choices=frozenset({"none"}),
    structured="json_object",
    reasoning=("reasoning_content",),
    reasoning_back="reasoning_content",
    efforts={"minimal": "low", "medium": "high"},
)
QWEN = Service(
    name="qwen",
    title="Qwen",
    prefix="DASHSCOPE",
    docs="https://help.aliyun.com/en/model-studio/deep-thinking",
    seen=frozenset({"stream_options"}),
    url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    tool_choices=frozenset({"none", "named"}),
    parallel_said=True,
    structured="json_object",
)
OPENROUTER = Service(
    name="openrouter",
    title="OpenRouter",
    prefix="OPENROUTER",
    docs="https://openrouter.ai/docs/api-reference/overview",
    seen=frozenset({"url"}),
    url="https://openrouter.ai/api/v1",
    reasoning=("reasoning",),
)
TOGETHER = Service(
    name="together",
    title="Together",
    prefix="TOGETHER",
    docs="https://docs.together.ai/docs/inference/openai-compatibility",
    seen=frozenset({"url"}),
    url="https://api.together.ai/v1",
)
VLLM = Service(
    name="vllm",
    title="vLLM",
    prefix="VLLM",
    docs="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    seen=frozenset({"key", "path"}),
    path="/v1",
    key="optional",
)
OLLAMA = Service(
    name="ollama",
    title="Ollama",
    prefix="OLLAMA",
    docs="https://docs.ollama.com/api/openai-compatibility",
    seen=frozenset({"key", "limit", "path", "stream_options"}),
    path="/v1",
    key="none",
    refuses=_NO_PARALLEL,
)
LLAMACPP = Service(
    name="llamacpp",
    title="llama.cpp",
    prefix="LLAMACPP",
    docs="https://github.com/ggml-org/llama.cpp/blob/master/docs/function-calling.md",
    seen=frozenset({"parallel_said"}),
    path="/v1",
    key="optional",
    tool_choices=frozenset({"none", "required"}),
    parallel_said=True,
)

SERVICES: dict[str, Service] = {
    each.name: each
    for each in (
        OPENAI,
        ANTHROPIC,
        AZURE,
        GOOGLE,
        GROQ,
        MISTRAL,
        XAI,
        PERPLEXITY,
        DEEPSEEK,
        MOONSHOT,
        QWEN,
        OPENROUTER,
        TOGETHER,
        VLLM,
        OLLAMA,
        LLAMACPP,
    )
}
"""Each service by its name, which begins the names of its models."""
