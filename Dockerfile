FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 gridflex && mkdir /data && chown gridflex /data
COPY --from=build /venv /venv
WORKDIR /app
COPY app.py asgi.py ./
COPY .streamlit .streamlit
COPY pages pages
COPY gridflex gridflex
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 GRIDFLEX_DATA_DIR=/data TMPDIR=/data PORT=8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/_stcore/health', timeout=4)"]
CMD ["sh", "-c", "exec streamlit run asgi.py --server.port=$PORT --server.address=0.0.0.0"]
