for (const button of document.querySelectorAll('button[data-product]')) {
  button.addEventListener('click', () =>
    fetch('/api/orders', {method: 'POST', body: JSON.stringify({product: Number(button.dataset.product)})}),
  );
}
